/*
 * Connectionist temporal classification: from the probabilities of each step
 * along a line to characters, freely or under a mask.
 */

#include <math.h>
#include "reg_ocr_ctc.h"
#include "reg_ocr_find.h"
#include "reg_text.h"


/* The longest of the words: 柯尔克孜 and 乌孜别克 have four characters. */

#define REG_OCR_WORD_MAX    8
#define REG_OCR_STATES_MAX  (2 * REG_OCR_WORD_MAX + 1)


/* Where neither blank nor mask has more than this, something else stands. */

#define REG_OCR_TRACE       5e-4f


/* What the model gives less to is noise. */

#define REG_OCR_OTHER       2e-3f


/*
 * A blank that is less sure hides a character of which the model cannot tell
 * which one it is, if none is read within so many steps: 沅 of 沅陵县.  With
 * less for any of them there is but the background.
 */

#define REG_OCR_HIDES       0.7f
#define REG_OCR_HIDDEN      0.15f
#define REG_OCR_HIDDEN_ROOM 2

/*
 * Where the next character is further away than so many of the line's
 * pitches, one is missing if the blank there is less sure than that: the
 * likeliest is taken.  A part of a pitch beside one that was read is its.
 * Behind labels, which end with these, there is room for nothing.
 */

#define REG_OCR_HOLE_INSIDE 1.6f
#define REG_OCR_HOLE_END    1.4f
#define REG_OCR_HOLE_BESIDE 0.6f
#define REG_OCR_HOLE_BLANK  0.85f
#define REG_OCR_HOLE_LEGIBLE  0.6f

static const char  reg_ocr_label_ends[] = "名别族生址码称型人者所场本期围关限";

/* Steps of a pitch in print, where a line has too few characters to tell. */

#define REG_OCR_PITCH       4.8f
#define REG_OCR_PITCHES     3
#define REG_OCR_PITCHES_MAX 32


static size_t reg_ocr_ctc_best(const float *p, size_t n);
static size_t reg_ocr_ctc_hidden(const reg_ocr_alphabet_t *alphabet,
    const float *probabilities, size_t steps, size_t step);
static void reg_ocr_ctc_holes(const reg_ocr_alphabet_t *alphabet,
    const float *probabilities, reg_ocr_line_t *line);
static float reg_ocr_ctc_pitch(const reg_ocr_line_t *line, size_t *pitches);
static int reg_ocr_ctc_hole(const reg_ocr_line_t *line, size_t i,
    float pitch, size_t *from, size_t *to);
static size_t reg_ocr_ctc_han(const reg_ocr_alphabet_t *alphabet,
    const float *p);
static void reg_ocr_ctc_others(const reg_ocr_alphabet_t *alphabet,
    const float *p, reg_ocr_char_t *c);
static size_t reg_ocr_ctc_mask(const reg_ocr_alphabet_t *alphabet,
    const char *mask, uint16_t *kept);
static double reg_ocr_ctc_likelihood(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, size_t from, size_t to, const uint16_t *word,
    size_t len);


reg_code_t
reg_ocr_ctc_read(const reg_ocr_alphabet_t *alphabet,
    const float *probabilities, size_t steps, reg_ocr_line_t *line)
{
    float            sum;
    size_t           i, step, class, last;
    const float     *p;
    reg_ocr_char_t  *c;

    line->n = 0;
    line->steps = steps;
    line->confidence = 0;
    line->chars = malloc(sizeof(reg_ocr_char_t) * (steps + 1));
    line->kept = malloc(sizeof(float) * (steps * alphabet->nkept + 1));

    if (line->chars == NULL || line->kept == NULL) {
        return REG_INTERNAL;
    }

    last = 0;

    for (step = 0; step < steps; step++) {
        p = probabilities + step * alphabet->classes;
        class = reg_ocr_ctc_best(p, alphabet->classes);

        if (class == 0 && p[0] < REG_OCR_HIDES) {
            class = reg_ocr_ctc_hidden(alphabet, probabilities, steps, step);
        }

        for (i = 0; i < alphabet->nkept; i++) {
            line->kept[step * alphabet->nkept + i] = p[alphabet->kept[i]];
        }

        if (class != 0 && class == last) {
            c = &line->chars[line->n - 1];

            if (p[class] > c->p) {
                c->p = p[class];
                c->step = step;
            }

        } else if (class != 0) {
            c = &line->chars[line->n++];

            memset(c, 0, sizeof(reg_ocr_char_t));
            c->code = alphabet->code[class];
            c->p = p[class];
            c->step = step;
        }

        last = class;
    }

    for (i = 0, sum = 0; i < line->n; i++) {
        sum += line->chars[i].p;
    }

    line->confidence = (line->n == 0) ? 0 : sum / line->n;

    if (line->confidence >= REG_OCR_HOLE_LEGIBLE) {
        reg_ocr_ctc_holes(alphabet, probabilities, line);
    }

    for (i = 0; i < line->n; i++) {
        c = &line->chars[i];

        if (c->p < 1 - REG_OCR_OTHER) {
            reg_ocr_ctc_others(alphabet,
                               probabilities + c->step * alphabet->classes,
                               c);
        }
    }

    return REG_OK;
}


static size_t
reg_ocr_ctc_best(const float *p, size_t n)
{
    size_t  i, best;

    for (i = 1, best = 0; i < n; i++) {
        if (p[i] > p[best]) {
            best = i;
        }
    }

    return best;
}


/* Blanks between Latin letters are narrow, and often in doubt. */

static size_t
reg_ocr_ctc_hidden(const reg_ocr_alphabet_t *alphabet,
    const float *probabilities, size_t steps, size_t step)
{
    size_t        n, class, at, to;
    const float  *p;

    n = alphabet->classes;
    at = (step > REG_OCR_HIDDEN_ROOM) ? step - REG_OCR_HIDDEN_ROOM : 0;
    to = step + REG_OCR_HIDDEN_ROOM;

    for ( /* void */ ; at <= to && at < steps; at++) {
        if (reg_ocr_ctc_best(probabilities + at * n, n) != 0) {
            return 0;
        }
    }

    p = probabilities + step * n;
    class = 1 + reg_ocr_ctc_best(p + 1, n - 1);

    return (p[class] >= REG_OCR_HIDDEN
            && reg_text_is_han(alphabet->code[class])) ? class : 0;
}


/* Puts a character into each place where one must be missing. */

static void
reg_ocr_ctc_holes(const reg_ocr_alphabet_t *alphabet,
    const float *probabilities, reg_ocr_line_t *line)
{
    float            pitch;
    size_t           i, n, step, least, from, to, class, pitches;
    reg_ocr_char_t  *c;

    n = alphabet->classes;
    pitch = reg_ocr_ctc_pitch(line, &pitches);

    /* of a few characters only the last may be told to be missing */

    for (i = (pitches < REG_OCR_PITCHES) ? line->n : 1; i <= line->n; i++) {

        if (line->n < 2 || !reg_ocr_ctc_hole(line, i, pitch, &from, &to)) {
            continue;
        }

        for (step = from, least = from; step < to; step++) {
            if (probabilities[step * n] < probabilities[least * n]) {
                least = step;
            }
        }

        class = reg_ocr_ctc_han(alphabet, probabilities + least * n);

        if (class == 0 || probabilities[least * n] > REG_OCR_HOLE_BLANK) {
            continue;
        }

        c = &line->chars[i];
        memmove(c + 1, c, (line->n++ - i++) * sizeof(reg_ocr_char_t));
        memset(c, 0, sizeof(reg_ocr_char_t));
        c->code = alphabet->code[class];
        c->p = probabilities[least * n + class];
        c->step = least;
    }
}


/* The median distance of Chinese characters. */

static float
reg_ocr_ctc_pitch(const reg_ocr_line_t *line, size_t *pitches)
{
    size_t    i, k, n;
    unsigned  d, apart[REG_OCR_PITCHES_MAX];

    for (i = 1, n = 0; i < line->n && n < REG_OCR_PITCHES_MAX; i++) {

        if (!reg_text_is_han(line->chars[i].code)
            || !reg_text_is_han(line->chars[i - 1].code))
        {
            continue;
        }

        d = line->chars[i].step - line->chars[i - 1].step;

        for (k = n++; k > 0 && apart[k - 1] > d; k--) {
            apart[k] = apart[k - 1];
        }

        apart[k] = d;
    }

    *pitches = n;

    return (n < REG_OCR_PITCHES) ? REG_OCR_PITCH : (float) apart[n / 2];
}


/* Whether there is room for another before the i-th, and where. */

static int
reg_ocr_ctc_hole(const reg_ocr_line_t *line, size_t i, float pitch,
    size_t *from, size_t *to)
{
    float                  begin, end, gap;
    const reg_ocr_char_t  *before, *behind;

    before = &line->chars[i - 1];
    behind = (i < line->n) ? &line->chars[i] : NULL;

    if (!reg_text_is_han(before->code)
        || (behind != NULL && !reg_text_is_han(behind->code))
        || reg_ocr_codes_has(reg_ocr_label_ends, before->code))
    {
        return 0;
    }

    begin = before->step;
    end = (behind != NULL) ? behind->step : line->steps;
    gap = (behind != NULL) ? REG_OCR_HOLE_INSIDE : REG_OCR_HOLE_END;

    if (end - begin < gap * pitch) {
        return 0;
    }

    begin += REG_OCR_HOLE_BESIDE * pitch;
    end -= (behind != NULL) ? REG_OCR_HOLE_BESIDE * pitch : 0;

    *from = (size_t) ceilf(begin);
    *to = (size_t) ceilf(end);

    return *from < *to;
}


static size_t
reg_ocr_ctc_han(const reg_ocr_alphabet_t *alphabet, const float *p)
{
    size_t  class, best;

    for (class = 1, best = 0; class < alphabet->classes; class++) {
        if ((best == 0 || p[class] > p[best])
            && reg_text_is_han(alphabet->code[class]))
        {
            best = class;
        }
    }

    return best;
}


static void
reg_ocr_ctc_others(const reg_ocr_alphabet_t *alphabet, const float *p,
    reg_ocr_char_t *c)
{
    size_t            class, i;
    reg_ocr_other_t  *others;

    others = c->others;

    for (class = 1; class < alphabet->classes; class++) {

        if (p[class] < REG_OCR_OTHER || p[class] <= others[REG_OCR_OTHERS - 1].p
            || alphabet->code[class] == c->code)
        {
            continue;
        }

        for (i = REG_OCR_OTHERS - 1; i > 0 && others[i - 1].p < p[class]; i--) {
            others[i] = others[i - 1];
        }

        others[i].code = alphabet->code[class];
        others[i].p = p[class];
    }
}


size_t
reg_ocr_ctc_masked(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, size_t from, size_t to, const char *mask,
    reg_ocr_char_t *out, size_t max)
{
    float         sum, value;
    size_t        i, n, nkept, step, best, last;
    uint16_t      kept[REG_OCR_KEPT_MAX];
    const float  *p;

    nkept = reg_ocr_ctc_mask(alphabet, mask, kept);
    to = (to > line->steps) ? line->steps : to;
    last = 0;
    n = 0;

    for (step = from; step < to; step++) {
        p = line->kept + step * alphabet->nkept;

        for (i = 0, best = 0, sum = 0; i < nkept; i++) {
            sum += p[kept[i]];
            best = (p[kept[i]] > p[kept[best]]) ? i : best;
        }

        value = (sum > 0) ? p[kept[best]] / sum : 0;
        best = (sum < REG_OCR_TRACE) ? 0 : best;

        if (best != 0 && best == last) {
            if (value > out[n - 1].p) {
                out[n - 1].p = value;
                out[n - 1].step = step;
            }

        } else if (best != 0) {
            if (n == max) {
                break;
            }

            memset(&out[n], 0, sizeof(reg_ocr_char_t));
            out[n].code = alphabet->kept_code[kept[best]];
            out[n].p = value;
            out[n++].step = step;
        }

        last = best;
    }

    return n;
}


/* The blank comes first. */

static size_t
reg_ocr_ctc_mask(const reg_ocr_alphabet_t *alphabet, const char *mask,
    uint16_t *kept)
{
    size_t     n, place;
    int32_t    code;
    reg_str_t  s;

    s.data = (const unsigned char *) mask;
    s.len = strlen(mask);

    kept[0] = 0;
    n = 1;

    while (n < REG_OCR_KEPT_MAX && (code = reg_text_next(&s)) != -1) {
        place = reg_ocr_alphabet_kept(alphabet, code);

        if (place != 0) {
            kept[n++] = place;
        }
    }

    return n;
}


int
reg_ocr_ctc_word(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, size_t from, size_t to,
    const char *const *words, float *p)
{
    int        best;
    double     likelihood, most, sum;
    size_t     i, len;
    int32_t    code;
    uint16_t   word[REG_OCR_WORD_MAX];
    reg_str_t  s;

    best = -1;
    most = sum = 0;
    to = (to > line->steps) ? line->steps : to;

    for (i = 0; words[i] != NULL; i++) {
        s.data = (const unsigned char *) words[i];
        s.len = strlen(words[i]);
        len = 0;

        while (len < REG_OCR_WORD_MAX && (code = reg_text_next(&s)) != -1) {
            word[len] = reg_ocr_alphabet_kept(alphabet, code);
            len += (word[len] != 0);
        }

        if (len == 0) {
            continue;
        }

        likelihood = reg_ocr_ctc_likelihood(alphabet, line, from, to, word,
                                            len);
        sum += likelihood;

        if (likelihood > most) {
            most = likelihood;
            best = i;
        }
    }

    *p = (sum > 0) ? (float) (most / sum) : 0;

    return best;
}


/* The forward algorithm: all alignments of a word, with blanks between. */

static double
reg_ocr_ctc_likelihood(const reg_ocr_alphabet_t *alphabet,
    const reg_ocr_line_t *line, size_t from, size_t to, const uint16_t *word,
    size_t len)
{
    double        a[REG_OCR_STATES_MAX], sum;
    size_t        s, step, states, label, before;
    const float  *p;

    states = 2 * len + 1;
    memset(a, 0, sizeof(a));

    for (step = from; step < to; step++) {
        p = line->kept + step * alphabet->nkept;

        for (s = states; s-- > 0; /* void */ ) {
            label = (s % 2 == 0) ? 0 : word[s / 2];
            before = (s >= 3 && s % 2 == 1) ? word[s / 2 - 1] : label;

            if (step == from) {
                sum = (s <= 1) ? 1 : 0;

            } else {
                sum = a[s] + (s >= 1 ? a[s - 1] : 0);
                sum += (before != label) ? a[s - 2] : 0;
            }

            a[s] = sum * p[label];
        }
    }

    return a[states - 1] + a[states - 2];
}
