/*
 * Checks a form file's content, naming the line of what is wrong.
 */

#include "reg_documents.h"
#include "reg_fields.h"
#include "reg_form_check.h"
#include "reg_json.h"
#include "reg_text.h"


#define REG_FORM_ID_MAX  32         /* characters, see reg_fields[] */


typedef enum {
    REG_FORM_TEXT,                  /* {"zh-CN": "…", "en": "…"} */
    REG_FORM_STRING,
    REG_FORM_ID,
    REG_FORM_LIST,
    REG_FORM_MAP
} reg_form_kind_t;

typedef struct {
    const char       *name;
    reg_form_kind_t   kind;
} reg_form_member_t;

/* Checks what a table of members cannot say of a list's item. */

typedef reg_code_t (*reg_form_item_pt)(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids);


static reg_code_t reg_form_wrong(const reg_form_check_t *check,
    const reg_json_place_t *place, const char *reason);
static reg_code_t reg_form_object(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *object,
    const reg_form_member_t *members);
static reg_code_t reg_form_value(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *value,
    reg_form_kind_t kind);
static reg_code_t reg_form_text(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *value);
static reg_code_t reg_form_list(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *list,
    const reg_form_member_t *members, reg_form_item_pt item, json_t *ids);
static reg_code_t reg_form_complete(const reg_form_check_t *check,
    const char *list, const json_t *ids, const char *id);
static reg_code_t reg_form_types(const reg_form_check_t *check);
static reg_code_t reg_form_document_type(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids);
static reg_code_t reg_form_kind(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids);
static reg_code_t reg_form_applicant_type(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids);
static reg_code_t reg_form_province_code(const reg_form_check_t *check);
static reg_code_t reg_form_notice(const reg_form_check_t *check);
static reg_code_t reg_form_city(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids);
static reg_code_t reg_form_office(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids);
static reg_code_t reg_form_labels(const reg_form_check_t *check);
static reg_code_t reg_form_by_field(const reg_form_check_t *check,
    const char *name);
static reg_code_t reg_form_mail_hint(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids);
static reg_code_t reg_form_messages(const reg_form_check_t *check);
static reg_code_t reg_form_message_of(const reg_form_check_t *check,
    const reg_json_place_t *map, const json_t *messages, const char *word);


const char *const  reg_form_languages[REG_LANGUAGES] = { "zh-CN", "en" };

const reg_form_word_t  reg_form_words[] = {
    { "bad_request", "The request cannot be read" },
    { "not_found", "There is nothing here" },
    { "method_not_allowed", "This method is not allowed here" },
    { "unsupported_media_type", "The content type is not supported" },
    { "payload_too_large", "The request is too large" },
    { "invalid", "Some values are not accepted" },
    { "unauthorized", "Sign-in is needed" },
    { "sign_in_failed", "The account or the password is wrong" },
    { "account_disabled", "This account is disabled" },
    { "forbidden", "Access is forbidden" },
    { "forbidden_origin", "Requests from other sites are refused" },
    { "too_many_requests", "Too many requests" },
    { "unavailable", "The service is not available at the moment" },
    { "internal", "The server has failed" },
    { "not_implemented", "This version cannot do that yet" },
    { "conflict", "The data has been changed by somebody else" },
    { "submitted", "This was submitted before, with other data" },
    { "held", "Another reviewer is working on this application" },
    { "closed", "This application is not waiting for a decision" },
    { "totp_required", "The code of the authenticator is needed" },
    { "supervisor_only", "Only supervisors may see what others did" },
    { "picture_unreadable", "The picture could not be read" },
    { "picture_too_small", "The document is too small in the picture" },
    { "picture_glare", "A reflection hides a part of the document" },
    { "picture_wrong_kind", "This seems to be another document" },
    { "picture_wrong_side", "This seems to be the other side of the card" },
    { "picture_swapped", "The two sides of the card are swapped" },
    { "picture_cropped", "A part of the document lies outside the picture" },
    { "picture_expired", "The document has expired" },
    { "picture_not_yet_valid", "The document is not valid yet" },
    { "picture_checksum", "The number as read fails its check digit" },
    { "picture_mismatch", "What was read contradicts itself" },
    { "picture_no_card", "No card is to be seen in the picture" },
    { "picture_number_illegible",
      "The number on the card in the hand cannot be read" },
    { "picture_screen", "This seems to be a photograph of a screen" },
    { "picture_incomplete", "Some of the data could not be read" },
    { "picture_short_of_time",
      "There was too little time to read everything" },
    { "check_number_birth", "Birth date in the number, and on the document" },
    { "check_number_sex", "Sex in the number, and on the document" },
    { "check_number_region",
      "Region in the number, and the address on the document" },
    { "check_term_age",
      "Term of the document, and the age when it was issued" },
    { "check_number_handheld",
      "Number on the card in the hand, and as typed" },
    { NULL, NULL }
};

static const reg_form_member_t  reg_form_root[] = {
    { "title", REG_FORM_TEXT },
    { "province", REG_FORM_STRING },
    { "notice", REG_FORM_MAP },
    { "applicant_types", REG_FORM_LIST },
    { "document_types", REG_FORM_LIST },
    { "kinds", REG_FORM_LIST },
    { "industries", REG_FORM_LIST },
    { "cities", REG_FORM_LIST },
    { "labels", REG_FORM_MAP },
    { "hints", REG_FORM_MAP },
    { "mail_hints", REG_FORM_LIST },
    { "reasons", REG_FORM_LIST },
    { "messages", REG_FORM_MAP },
    { NULL, REG_FORM_TEXT }
};

static const reg_form_member_t  reg_form_named[] = {
    { "id", REG_FORM_ID },
    { "name", REG_FORM_TEXT },
    { NULL, REG_FORM_TEXT }
};

static const reg_form_member_t  reg_form_document_members[] = {
    { "id", REG_FORM_STRING },
    { "name", REG_FORM_TEXT },
    { "number", REG_FORM_TEXT },
    { NULL, REG_FORM_TEXT }
};

static const reg_form_member_t  reg_form_kind_members[] = {
    { "id", REG_FORM_STRING },
    { "name", REG_FORM_TEXT },
    { "hint", REG_FORM_TEXT },
    { NULL, REG_FORM_TEXT }
};

static const reg_form_member_t  reg_form_notice_members[] = {
    { "version", REG_FORM_ID },
    { "text", REG_FORM_TEXT },
    { NULL, REG_FORM_TEXT }
};

static const reg_form_member_t  reg_form_city_members[] = {
    { "code", REG_FORM_STRING },
    { "name", REG_FORM_TEXT },
    { "offices", REG_FORM_LIST },
    { NULL, REG_FORM_TEXT }
};

static const reg_form_member_t  reg_form_office_members[] = {
    { "id", REG_FORM_ID },
    { "name", REG_FORM_TEXT },
    { "address", REG_FORM_TEXT },
    { "phone", REG_FORM_STRING },
    { "region", REG_FORM_STRING },
    { NULL, REG_FORM_TEXT }
};

static const reg_form_member_t  reg_form_mail_members[] = {
    { "id", REG_FORM_ID },
    { "name", REG_FORM_TEXT },
    { "domains", REG_FORM_LIST },
    { "text", REG_FORM_TEXT },
    { NULL, REG_FORM_TEXT }
};

static const reg_form_member_t  reg_form_reason_members[] = {
    { "id", REG_FORM_ID },
    { "text", REG_FORM_TEXT },
    { NULL, REG_FORM_TEXT }
};


reg_code_t
reg_form_check(const reg_form_check_t *check)
{
    size_t       i;
    json_t      *ids, *list;
    reg_code_t   rc;

    const struct {
        const char               *name;
        const reg_form_member_t  *members;
        reg_form_item_pt          item;
        json_t                   *ids;
    } lists[] = {
        { "industries", reg_form_named, NULL, check->industries },
        { "cities", reg_form_city_members, reg_form_city, NULL },
        { "mail_hints", reg_form_mail_members, reg_form_mail_hint, NULL },
        { "reasons", reg_form_reason_members, NULL, NULL }
    };

    rc = reg_form_object(check, NULL, check->root, reg_form_root);

    if (rc == REG_OK) {
        rc = reg_form_province_code(check);
    }

    if (rc == REG_OK) {
        rc = reg_form_notice(check);
    }

    if (rc == REG_OK) {
        rc = reg_form_types(check);
    }

    for (i = 0; rc == REG_OK && i < sizeof(lists) / sizeof(lists[0]); i++) {
        reg_json_place_t  place = { NULL, lists[i].name, 0 };

        list = json_object_get(check->root, lists[i].name);
        ids = (lists[i].ids != NULL) ? json_incref(lists[i].ids)
                                     : json_object();

        rc = reg_form_list(check, &place, list, lists[i].members,
                           lists[i].item, ids);
        json_decref(ids);
    }

    if (rc == REG_OK) {
        rc = reg_form_labels(check);
    }

    if (rc == REG_OK) {
        rc = reg_form_by_field(check, "hints");
    }

    return (rc == REG_OK) ? reg_form_messages(check) : rc;
}


static reg_code_t
reg_form_wrong(const reg_form_check_t *check, const reg_json_place_t *place,
    const char *reason)
{
    reg_json_error(check->error, check->path, check->text, place, reason);

    return REG_FORMAT;
}


/* An object has the members of a table, all of them and no others. */

static reg_code_t
reg_form_object(const reg_form_check_t *check, const reg_json_place_t *place,
    const json_t *object, const reg_form_member_t *members)
{
    void                     *next;
    json_t                   *value, *readable;
    reg_code_t                rc;
    reg_json_place_t          at;
    const reg_form_member_t  *member;

    if (!json_is_object(object)) {
        return reg_form_wrong(check, place, "must be an object");
    }

    for (member = members; member->name != NULL; member++) {
        at = (reg_json_place_t) { place, member->name, 0 };

        value = json_object_get(object, member->name);
        if (value == NULL) {
            return reg_form_wrong(check, &at, "is missing");
        }

        rc = reg_form_value(check, &at, value, member->kind);
        if (rc != REG_OK) {
            return rc;
        }
    }

    readable = (json_t *) object;   /* the iterator only reads */

    for (next = json_object_iter(readable);
         next != NULL;
         next = json_object_iter_next(readable, next))
    {
        at = (reg_json_place_t) { place, json_object_iter_key(next), 0 };

        for (member = members; member->name != NULL; member++) {
            if (strcmp(member->name, at.key) == 0) {
                break;
            }
        }

        if (member->name == NULL) {
            return reg_form_wrong(check, &at, "is no known member");
        }
    }

    return REG_OK;
}


static reg_code_t
reg_form_value(const reg_form_check_t *check, const reg_json_place_t *place,
    const json_t *value, reg_form_kind_t kind)
{
    size_t       len;
    const char  *text;

    text = json_string_value(value);
    len = json_string_length(value);

    switch (kind) {

    case REG_FORM_TEXT:
        return reg_form_text(check, place, value);

    case REG_FORM_STRING:
        return (len != 0) ? REG_OK
               : reg_form_wrong(check, place, "must be a string, not empty");

    case REG_FORM_ID:
        if (len == 0 || len > REG_FORM_ID_MAX
            || strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789._-") != len)
        {
            return reg_form_wrong(check, place, "must be 1 to 32 of "
                                  "a-z, 0-9, \".\", \"_\" and \"-\"");
        }
        return REG_OK;

    case REG_FORM_LIST:
        return (json_array_size(value) != 0) ? REG_OK
               : reg_form_wrong(check, place, "must be a list, not empty");

    case REG_FORM_MAP:
        break;
    }

    return json_is_object(value) ? REG_OK
           : reg_form_wrong(check, place, "must be an object");
}


static reg_code_t
reg_form_text(const reg_form_check_t *check, const reg_json_place_t *place,
    const json_t *value)
{
    size_t            i;
    json_t           *text;
    reg_json_place_t  at;

    if (!json_is_object(value)) {
        return reg_form_wrong(check, place,
                              "must be {\"zh-CN\": \"…\", \"en\": \"…\"}");
    }

    for (i = 0; i < REG_LANGUAGES; i++) {
        at = (reg_json_place_t) { place, reg_form_languages[i], 0 };

        text = json_object_get(value, at.key);
        if (json_string_length(text) == 0) {
            return reg_form_wrong(check, &at,
                                  "must be a string, not empty");
        }
    }

    if (json_object_size(value) != REG_LANGUAGES) {
        return reg_form_wrong(check, place,
                              "has more than \"zh-CN\" and \"en\"");
    }

    return REG_OK;
}


/* A list of objects whose ids, where they have any, occur once. */

static reg_code_t
reg_form_list(const reg_form_check_t *check, const reg_json_place_t *place,
    const json_t *list, const reg_form_member_t *members,
    reg_form_item_pt item, json_t *ids)
{
    size_t            i;
    json_t           *object;
    reg_code_t        rc;
    const char       *id;
    reg_json_place_t  at, id_at;

    for (i = 0; i < json_array_size(list); i++) {
        at = (reg_json_place_t) { place, NULL, i };
        object = json_array_get(list, i);

        rc = reg_form_object(check, &at, object, members);

        if (rc == REG_OK && item != NULL) {
            rc = item(check, &at, object, ids);
        }

        if (rc != REG_OK) {
            return rc;
        }

        id = json_string_value(json_object_get(object, "id"));
        if (id == NULL) {
            continue;
        }

        id_at = (reg_json_place_t) { &at, "id", 0 };

        if (json_object_get(ids, id) != NULL) {
            return reg_form_wrong(check, &id_at, "is used twice");
        }

        if (json_object_set_new(ids, id, json_true()) != 0) {
            return reg_form_wrong(check, &id_at, "takes too much memory");
        }
    }

    return REG_OK;
}


static reg_code_t
reg_form_complete(const reg_form_check_t *check, const char *list,
    const json_t *ids, const char *id)
{
    char              reason[128];
    reg_json_place_t  place;

    if (json_object_get(ids, id) != NULL) {
        return REG_OK;
    }

    place = (reg_json_place_t) { NULL, list, 0 };

    (void) snprintf(reason, sizeof(reason), "has no item \"%s\"", id);

    return reg_form_wrong(check, &place, reason);
}


/* The three lists whose ids the core itself knows, so that each is there. */

static reg_code_t
reg_form_types(const reg_form_check_t *check)
{
    size_t             i;
    json_t            *ids[3];
    reg_code_t         rc;
    reg_json_place_t   place;

    static const struct {
        const char               *name;
        const reg_form_member_t  *members;
        reg_form_item_pt          item;
    } lists[] = {
        { "applicant_types", reg_form_named, reg_form_applicant_type },
        { "document_types", reg_form_document_members,
          reg_form_document_type },
        { "kinds", reg_form_kind_members, reg_form_kind }
    };

    rc = REG_OK;

    for (i = 0; i < 3; i++) {
        ids[i] = json_object();
        place = (reg_json_place_t) { NULL, lists[i].name, 0 };

        if (rc == REG_OK) {
            rc = reg_form_list(check, &place,
                               json_object_get(check->root, lists[i].name),
                               lists[i].members, lists[i].item, ids[i]);
        }
    }

    for (i = 0; rc == REG_OK && reg_applicant_types[i] != NULL; i++) {
        rc = reg_form_complete(check, "applicant_types", ids[0],
                               reg_applicant_types[i]);
    }

    for (i = 0; rc == REG_OK && reg_document_types[i].name != NULL; i++) {
        rc = reg_form_complete(check, "document_types", ids[1],
                               reg_document_types[i].name);
    }

    for (i = 0; rc == REG_OK && reg_document_kinds_all[i].kind != NULL; i++) {
        rc = reg_form_complete(check, "kinds", ids[2],
                               reg_document_kinds_all[i].kind);
    }

    for (i = 0; i < 3; i++) {
        json_decref(ids[i]);
    }

    return rc;
}


static reg_code_t
reg_form_applicant_type(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids)
{
    size_t            i;
    const char       *id;
    reg_json_place_t  at;

    (void) ids;

    id = json_string_value(json_object_get(item, "id"));

    for (i = 0; reg_applicant_types[i] != NULL; i++) {
        if (strcmp(reg_applicant_types[i], id) == 0) {
            return REG_OK;
        }
    }

    at = (reg_json_place_t) { place, "id", 0 };

    return reg_form_wrong(check, &at, "is no applicant type");
}


static reg_code_t
reg_form_document_type(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids)
{
    const char       *id;
    reg_json_place_t  at;

    (void) ids;

    id = json_string_value(json_object_get(item, "id"));
    at = (reg_json_place_t) { place, "id", 0 };

    return (reg_document_type_find(id) != NULL) ? REG_OK
           : reg_form_wrong(check, &at, "is no document type");
}


static reg_code_t
reg_form_kind(const reg_form_check_t *check, const reg_json_place_t *place,
    const json_t *item, json_t *ids)
{
    const char       *id;
    reg_json_place_t  at;

    (void) ids;

    id = json_string_value(json_object_get(item, "id"));
    at = (reg_json_place_t) { place, "id", 0 };

    return (reg_document_kind_field(id) != NULL) ? REG_OK
           : reg_form_wrong(check, &at, "is no kind of picture");
}


static reg_code_t
reg_form_province_code(const reg_form_check_t *check)
{
    const char       *code;
    reg_json_place_t  at;

    code = json_string_value(json_object_get(check->root, "province"));
    at = (reg_json_place_t) { NULL, "province", 0 };

    if (!reg_regions_has(check->regions, code)
        || strcmp(code + 2, "0000") != 0)
    {
        return reg_form_wrong(check, &at,
                              "must be a province's code of the regions file");
    }

    return REG_OK;
}


static reg_code_t
reg_form_notice(const reg_form_check_t *check)
{
    reg_json_place_t  at;

    at = (reg_json_place_t) { NULL, "notice", 0 };

    return reg_form_object(check, &at, json_object_get(check->root, "notice"),
                           reg_form_notice_members);
}


static reg_code_t
reg_form_city(const reg_form_check_t *check, const reg_json_place_t *place,
    const json_t *item, json_t *ids)
{
    const char       *code;
    reg_json_place_t  at;

    (void) ids;

    code = json_string_value(json_object_get(item, "code"));
    at = (reg_json_place_t) { place, "code", 0 };

    if (!reg_regions_has(check->regions, code)) {
        return reg_form_wrong(check, &at,
                              "must be a code of the regions file");
    }

    at = (reg_json_place_t) { place, "offices", 0 };

    return reg_form_list(check, &at, json_object_get(item, "offices"),
                         reg_form_office_members, reg_form_office,
                         check->offices);
}


static reg_code_t
reg_form_office(const reg_form_check_t *check, const reg_json_place_t *place,
    const json_t *item, json_t *ids)
{
    const char       *code;
    reg_json_place_t  at;

    (void) ids;

    code = json_string_value(json_object_get(item, "region"));
    at = (reg_json_place_t) { place, "region", 0 };

    return reg_regions_is_leaf(check->regions, code) ? REG_OK
           : reg_form_wrong(check, &at, "must be the code of a district, "
                            "county or town of the regions file");
}


/* Every field has a name that a person knows. */

static reg_code_t
reg_form_labels(const reg_form_check_t *check)
{
    json_t             *labels;
    reg_json_place_t    map, at;
    const reg_field_t  *field;

    map = (reg_json_place_t) { NULL, "labels", 0 };
    labels = json_object_get(check->root, "labels");

    for (field = reg_fields; field->name != NULL; field++) {
        at = (reg_json_place_t) { &map, field->name, 0 };

        if (json_object_get(labels, field->name) == NULL) {
            return reg_form_wrong(check, &at, "is missing");
        }
    }

    return reg_form_by_field(check, "labels");
}


static reg_code_t
reg_form_by_field(const reg_form_check_t *check, const char *name)
{
    void              *next;
    json_t            *texts;
    reg_code_t         rc;
    reg_json_place_t   map, at;

    map = (reg_json_place_t) { NULL, name, 0 };
    texts = json_object_get(check->root, name);

    for (next = json_object_iter(texts);
         next != NULL;
         next = json_object_iter_next(texts, next))
    {
        at = (reg_json_place_t) { &map, json_object_iter_key(next), 0 };

        if (reg_field_find(at.key) == NULL) {
            return reg_form_wrong(check, &at, "is no field");
        }

        rc = reg_form_text(check, &at, json_object_iter_value(next));
        if (rc != REG_OK) {
            return rc;
        }
    }

    return REG_OK;
}


static reg_code_t
reg_form_mail_hint(const reg_form_check_t *check,
    const reg_json_place_t *place, const json_t *item, json_t *ids)
{
    size_t            i;
    json_t           *domains;
    reg_code_t        rc;
    reg_json_place_t  list, at;

    (void) ids;

    list = (reg_json_place_t) { place, "domains", 0 };
    domains = json_object_get(item, "domains");

    for (i = 0; i < json_array_size(domains); i++) {
        at = (reg_json_place_t) { &list, NULL, i };

        rc = reg_form_value(check, &at, json_array_get(domains, i),
                            REG_FORM_STRING);
        if (rc != REG_OK) {
            return rc;
        }
    }

    return REG_OK;
}


/* Every code and title has its message; there may be more words. */

static reg_code_t
reg_form_messages(const reg_form_check_t *check)
{
    void              *next;
    json_t            *messages;
    size_t             i;
    reg_code_t         rc;
    reg_json_place_t   map, at;

    map = (reg_json_place_t) { NULL, "messages", 0 };
    messages = json_object_get(check->root, "messages");

    for (i = REG_OK + 1; i <= REG_CODE_LAST_FIELD; i++) {
        rc = reg_form_message_of(check, &map, messages,
                                 reg_code_name((reg_code_t) i));
        if (rc != REG_OK) {
            return rc;
        }
    }

    for (i = 0; reg_form_words[i].word != NULL; i++) {
        rc = reg_form_message_of(check, &map, messages,
                                 reg_form_words[i].word);
        if (rc != REG_OK) {
            return rc;
        }
    }

    for (next = json_object_iter(messages);
         next != NULL;
         next = json_object_iter_next(messages, next))
    {
        at = (reg_json_place_t) { &map, json_object_iter_key(next), 0 };

        rc = reg_form_text(check, &at, json_object_iter_value(next));
        if (rc != REG_OK) {
            return rc;
        }
    }

    return REG_OK;
}


static reg_code_t
reg_form_message_of(const reg_form_check_t *check,
    const reg_json_place_t *map, const json_t *messages, const char *word)
{
    reg_json_place_t  at;

    at = (reg_json_place_t) { map, word, 0 };

    return (json_object_get(messages, word) != NULL) ? REG_OK
           : reg_form_wrong(check, &at, "is missing");
}
