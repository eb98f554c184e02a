/*
 * The models' activation as an operator of ONNX Runtime.
 *
 * Convolutions get their pictures in blocks of eight or sixteen channels, and
 * between them the runtime leaves such blocks alone only for operators that it
 * knows to take each number by itself: for any other it puts the picture in
 * order and back, which costs more than the operator.  Of those that it knows
 * the models have no Sum.  So the activation goes by that name, in ONNX's own
 * domain, where what a program registers goes before what the runtime has; it
 * has its one picture twice, as Sum has two, and attributes, which Sum has not:
 * a runtime without this one refuses the models.
 */

#include <stdlib.h>
#include "reg_ocr_hard_swish.h"
#include "reg_ocr_operator.h"


#define REG_OCR_OPERATOR_AXES  4

typedef struct {
    const OrtApi  *api;
    float          scale;
    float          offset;
} reg_ocr_operator_t;


static const char *reg_ocr_operator_name(const OrtCustomOp *op);
static const char *reg_ocr_operator_provider(const OrtCustomOp *op);
static int reg_ocr_operator_first(const OrtCustomOp *op);
static int reg_ocr_operator_last(const OrtCustomOp *op);
static size_t reg_ocr_operator_inputs(const OrtCustomOp *op);
static size_t reg_ocr_operator_outputs(const OrtCustomOp *op);
static ONNXTensorElementDataType reg_ocr_operator_type(const OrtCustomOp *op,
    size_t i);
static OrtCustomOpInputOutputCharacteristic reg_ocr_operator_required(
    const OrtCustomOp *op, size_t i);
static OrtMemType reg_ocr_operator_memory(const OrtCustomOp *op, size_t i);
static OrtStatus *reg_ocr_operator_create(const OrtCustomOp *op,
    const OrtApi *api, const OrtKernelInfo *info, void **kernel);
static void reg_ocr_operator_destroy(void *kernel);
static OrtStatus *reg_ocr_operator_run(void *kernel,
    OrtKernelContext *context);
static OrtStatus *reg_ocr_operator_output(const OrtApi *api,
    OrtKernelContext *context, const OrtValue *input, OrtValue **output,
    size_t *n);


static const OrtCustomOp  reg_ocr_operator = {
    .version = ORT_API_VERSION,
    .GetName = reg_ocr_operator_name,
    .GetExecutionProviderType = reg_ocr_operator_provider,
    .GetInputTypeCount = reg_ocr_operator_inputs,
    .GetInputType = reg_ocr_operator_type,
    .GetInputCharacteristic = reg_ocr_operator_required,
    .GetInputMemoryType = reg_ocr_operator_memory,
    .GetOutputTypeCount = reg_ocr_operator_outputs,
    .GetOutputType = reg_ocr_operator_type,
    .GetOutputCharacteristic = reg_ocr_operator_required,
    .GetStartVersion = reg_ocr_operator_first,
    .GetEndVersion = reg_ocr_operator_last,
    .CreateKernelV2 = reg_ocr_operator_create,
    .KernelComputeV2 = reg_ocr_operator_run,
    .KernelDestroy = reg_ocr_operator_destroy
};


OrtStatus *
reg_ocr_operator_add(const OrtApi *api, OrtSessionOptions *options,
    OrtCustomOpDomain **domain)
{
    OrtStatus  *status;

    status = api->CreateCustomOpDomain("", domain);

    if (status == NULL) {
        status = api->CustomOpDomain_Add(*domain, &reg_ocr_operator);
    }

    if (status == NULL) {
        status = api->AddCustomOpDomain(options, *domain);
    }

    return status;
}


static const char *
reg_ocr_operator_name(const OrtCustomOp *op)
{
    (void) op;

    return "Sum";
}


/* The processor. */

static const char *
reg_ocr_operator_provider(const OrtCustomOp *op)
{
    (void) op;

    return NULL;
}


/* As Sum's version that the models' operator sets, 9 and 11, have. */

static int
reg_ocr_operator_first(const OrtCustomOp *op)
{
    (void) op;

    return 8;
}


static int
reg_ocr_operator_last(const OrtCustomOp *op)
{
    (void) op;

    return 12;
}


static size_t
reg_ocr_operator_inputs(const OrtCustomOp *op)
{
    (void) op;

    return 2;
}


static size_t
reg_ocr_operator_outputs(const OrtCustomOp *op)
{
    (void) op;

    return 1;
}


static ONNXTensorElementDataType
reg_ocr_operator_type(const OrtCustomOp *op, size_t i)
{
    (void) op;
    (void) i;

    return ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT;
}


static OrtCustomOpInputOutputCharacteristic
reg_ocr_operator_required(const OrtCustomOp *op, size_t i)
{
    (void) op;
    (void) i;

    return INPUT_OUTPUT_REQUIRED;
}


static OrtMemType
reg_ocr_operator_memory(const OrtCustomOp *op, size_t i)
{
    (void) op;
    (void) i;

    return OrtMemTypeDefault;
}


static OrtStatus *
reg_ocr_operator_create(const OrtCustomOp *op, const OrtApi *api,
    const OrtKernelInfo *info, void **kernel)
{
    OrtStatus           *status;
    reg_ocr_operator_t  *own;

    (void) op;

    own = malloc(sizeof(reg_ocr_operator_t));
    if (own == NULL) {
        return api->CreateStatus(ORT_FAIL, "out of memory");
    }

    own->api = api;

    status = api->KernelInfoGetAttribute_float(info, "scale", &own->scale);

    if (status == NULL) {
        status = api->KernelInfoGetAttribute_float(info, "offset",
                                                   &own->offset);
    }

    if (status != NULL) {
        free(own);
        return status;
    }

    *kernel = own;

    return NULL;
}


static void
reg_ocr_operator_destroy(void *kernel)
{
    free(kernel);
}


static OrtStatus *
reg_ocr_operator_run(void *kernel, OrtKernelContext *context)
{
    void                      *from, *to;
    size_t                     n;
    OrtValue                  *output;
    OrtStatus                 *status;
    const OrtValue            *input;
    const reg_ocr_operator_t  *own = kernel;

    status = own->api->KernelContext_GetInput(context, 0, &input);

    if (status == NULL) {
        status = reg_ocr_operator_output(own->api, context, input, &output,
                                         &n);
    }

    if (status == NULL) {
        status = own->api->GetTensorMutableData((OrtValue *) input, &from);
    }

    if (status == NULL) {
        status = own->api->GetTensorMutableData(output, &to);
    }

    if (status == NULL) {
        reg_ocr_hard_swish(from, to, n, own->scale, own->offset);
    }

    return status;
}


/* One of the same shape, of n numbers. */

static OrtStatus *
reg_ocr_operator_output(const OrtApi *api, OrtKernelContext *context,
    const OrtValue *input, OrtValue **output, size_t *n)
{
    size_t                      axes;
    int64_t                     shape[REG_OCR_OPERATOR_AXES];
    OrtStatus                  *status;
    OrtTensorTypeAndShapeInfo  *info;

    info = NULL;

    status = api->GetTensorTypeAndShape(input, &info);

    if (status == NULL) {
        status = api->GetTensorShapeElementCount(info, n);
    }

    if (status == NULL) {
        status = api->GetDimensionsCount(info, &axes);
    }

    if (status == NULL && axes > REG_OCR_OPERATOR_AXES) {
        status = api->CreateStatus(ORT_FAIL, "a picture of too many axes");
    }

    if (status == NULL) {
        status = api->GetDimensions(info, shape, axes);
    }

    if (status == NULL) {
        status = api->KernelContext_GetOutput(context, 0, shape, axes,
                                              output);
    }

    api->ReleaseTensorTypeAndShapeInfo(info);

    return status;
}
