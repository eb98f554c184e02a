/*
 * ONNX Runtime's C API: the three models, and one run of each.
 *
 * Sessions are shared by all threads; a run takes one processor.  What the
 * runtime says of an error holds shapes and names of the models' nodes, never
 * anything of a picture.
 */

#ifndef REG_OCR_RUNTIME_H_INCLUDED
#define REG_OCR_RUNTIME_H_INCLUDED


#include "reg_core.h"


typedef enum {
    REG_OCR_DETECTION = 0,          /* where text is */
    REG_OCR_DIRECTION,              /* whether a line stands on its head */
    REG_OCR_READING,                /* what a line says */
    REG_OCR_MODELS
} reg_ocr_model_t;

typedef struct reg_ocr_runtime_s  reg_ocr_runtime_t;

reg_ocr_runtime_t *reg_ocr_runtime_create(const char *models,
    reg_error_t *error);
void reg_ocr_runtime_destroy(reg_ocr_runtime_t *runtime);


/*
 * What a model gave for one picture of three planes (blue, green, red) of
 * height × width floats.  data belongs to the runtime until
 * reg_ocr_output_free().
 */

typedef struct {
    void         *value;
    const float  *data;
    size_t        rank;
    int64_t       shape[4];
} reg_ocr_output_t;

reg_code_t reg_ocr_runtime_run(reg_ocr_runtime_t *runtime,
    reg_ocr_model_t model, float *input, unsigned width, unsigned height,
    reg_ocr_output_t *output);
void reg_ocr_output_free(reg_ocr_runtime_t *runtime,
    reg_ocr_output_t *output);


#endif /* REG_OCR_RUNTIME_H_INCLUDED */
