/* What made-up people, companies and addresses are composed of. */

#ifndef SPECIMEN_LISTS_H
#define SPECIMEN_LISTS_H

#include <stddef.h>


/* sets of single characters */

#define SP_TOWN_FIRST      "马王李石柳杨白黄青长永新大高东西南北安平和太清龙凤双"
#define SP_TOWN_SECOND     "头店桥河沟坪山岭集楼营寨埠川塘湾泉堡林阳口关田城潭"
#define SP_VILLAGE_FIRST   "张王李赵刘陈杨周吴徐孙胡朱高林何郭罗梁宋郑谢韩唐冯董"
#define SP_VILLAGE_SECOND  "庄楼营寨湾沟坡洼岗屯堂家圩埠坝垸塬峁冲坳"


/* How many people, in ten thousands (2020); the Han are fewer than they are */

typedef struct {
    const char  *name;
    int          people;
} sp_ethnicity_t;

extern const sp_ethnicity_t  sp_ethnicities[56];


/* How names of a people are made */

typedef struct {
    const char         *ethnicity;
    const char *const  *surnames;       /* or NULL: as everybody's */
    const char *const  *given;          /* whole names, joined by the dot */
    const char         *joint;          /* between given and father's name */
} sp_naming_t;

const sp_naming_t *sp_naming(const char *ethnicity);


extern const char         sp_surnames[];        /* the most frequent first */
extern const char         sp_rare_surnames[];
extern const char *const  sp_double_surnames[];
extern const char         sp_men[];
extern const char         sp_women[];
extern const char         sp_rare_given[];

extern const char *const  sp_roads[];
extern const char *const  sp_estates[];

extern const char         sp_brands[];          /* characters of a brand */
extern const char *const  sp_trades[];          /* 文化传播, 网络科技, … */
extern const char *const  sp_shops[];           /* of traders */
extern const char *const  sp_crops[];           /* of co-operatives */
extern const char *const  sp_scopes[];          /* 经营范围 */
extern const char *const  sp_foreign_print[];   /* lines of other papers */


typedef struct {
    const char         *country;        /* ICAO 9303-3, section 5 */
    const char         *name;
    const char *const  *surnames;
    const char *const  *men;
    const char *const  *women;
} sp_country_t;

extern const sp_country_t  sp_countries[];
extern const size_t        sp_countries_n;


#endif
