/*
 * ONNX Runtime's C API: the three models, and one run of each.
 */

#include <fcntl.h>
#include <unistd.h>

#include <onnxruntime_c_api.h>
#include "reg_ocr_operator.h"
#include "reg_ocr_runtime.h"


typedef struct {
    OrtSession  *session;
    char        *input;             /* the runtime's default allocator */
    char        *output;
} reg_ocr_session_t;

struct reg_ocr_runtime_s {
    const OrtApi       *api;
    OrtEnv             *env;
    OrtAllocator       *allocator;  /* the runtime's own, not freed */
    OrtMemoryInfo      *memory;
    OrtSessionOptions  *options;
    OrtCustomOpDomain  *domain;
    reg_ocr_session_t   sessions[REG_OCR_MODELS];
};


static int reg_ocr_runtime_load(reg_ocr_runtime_t *runtime,
    const char *models, reg_error_t *error);
static int reg_ocr_silence(void);
static void reg_ocr_unsilence(int kept);
static OrtStatus *reg_ocr_runtime_open(reg_ocr_runtime_t *runtime);
static OrtStatus *reg_ocr_runtime_options(reg_ocr_runtime_t *runtime);
static OrtStatus *reg_ocr_session_open(reg_ocr_runtime_t *runtime,
    reg_ocr_session_t *session, const char *path);
static OrtStatus *reg_ocr_session_run(reg_ocr_runtime_t *runtime,
    reg_ocr_session_t *session, OrtValue *input, OrtValue **output);
static OrtStatus *reg_ocr_output_shape(reg_ocr_runtime_t *runtime,
    reg_ocr_output_t *output);
static void reg_ocr_runtime_error(reg_ocr_runtime_t *runtime,
    OrtStatus *status, const char *what, reg_error_t *error);


static const char *const  reg_ocr_files[REG_OCR_MODELS] = {
    "ch_PP-OCRv4_det_folded.onnx",
    "ch_ppocr_mobile_v2.0_cls_infer.onnx",
    "ch_PP-OCRv4_rec_folded.onnx"
};


reg_ocr_runtime_t *
reg_ocr_runtime_create(const char *models, reg_error_t *error)
{
    int                 silenced, loaded;
    reg_ocr_runtime_t  *runtime;

    runtime = calloc(1, sizeof(reg_ocr_runtime_t));
    if (runtime == NULL) {
        reg_error_set(error, "out of memory");
        return NULL;
    }

    runtime->api = OrtGetApiBase()->GetApi(ORT_API_VERSION);
    if (runtime->api == NULL) {
        reg_error_set(error, "the installed ONNX Runtime %s is older than "
                      "the one this program was built for (API %d)",
                      OrtGetApiBase()->GetVersionString(), ORT_API_VERSION);
        free(runtime);
        return NULL;
    }

    silenced = reg_ocr_silence();
    loaded = reg_ocr_runtime_load(runtime, models, error);
    reg_ocr_unsilence(silenced);

    if (!loaded) {
        reg_ocr_runtime_destroy(runtime);
        return NULL;
    }

    return runtime;
}


static int
reg_ocr_runtime_load(reg_ocr_runtime_t *runtime, const char *models,
    reg_error_t *error)
{
    char        path[4096];
    unsigned    i;
    OrtStatus  *status;

    status = reg_ocr_runtime_open(runtime);

    if (status != NULL) {
        reg_ocr_runtime_error(runtime, status, "ONNX Runtime", error);
        return 0;
    }

    for (i = 0; i < REG_OCR_MODELS; i++) {
        snprintf(path, sizeof(path), "%s/%s", models, reg_ocr_files[i]);

        status = reg_ocr_session_open(runtime, &runtime->sessions[i], path);

        if (status != NULL) {
            reg_ocr_runtime_error(runtime, status, path, error);
            return 0;
        }
    }

    return 1;
}


/*
 * ONNX Runtime as Debian 13 has it tells of every operator that it was
 * registered before, by the library of ONNX itself: hundreds of lines on
 * standard error, whatever the level.  Gives what is to be put back, or -1.
 */

static int
reg_ocr_silence(void)
{
    int  kept, null;

    kept = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 0);
    null = open("/dev/null", O_WRONLY|O_CLOEXEC);

    if (kept != -1 && null != -1) {
        (void) dup2(null, STDERR_FILENO);
    }

    if (null != -1) {
        (void) close(null);
    }

    return kept;
}


static void
reg_ocr_unsilence(int kept)
{
    if (kept != -1) {
        (void) dup2(kept, STDERR_FILENO);
        (void) close(kept);
    }
}


static OrtStatus *
reg_ocr_runtime_open(reg_ocr_runtime_t *runtime)
{
    OrtStatus     *status;
    const OrtApi  *api = runtime->api;

    /* errors come back as a status: nothing is to be printed besides */

    status = api->CreateEnv(ORT_LOGGING_LEVEL_FATAL, "registration",
                            &runtime->env);

    if (status == NULL) {
        status = api->DisableTelemetryEvents(runtime->env);
    }

    if (status == NULL) {
        status = api->GetAllocatorWithDefaultOptions(&runtime->allocator);
    }

    if (status == NULL) {
        status = api->CreateCpuMemoryInfo(OrtDeviceAllocator, OrtMemTypeDefault,
                                          &runtime->memory);
    }

    return (status == NULL) ? reg_ocr_runtime_options(runtime) : status;
}


/*
 * One thread a run: pictures, not operators, are what is done in parallel.
 * Memory patterns would keep a plan for each width of a line, and an arena
 * what the largest picture took; giving that back after each run costs a
 * fifth of the run, for the pages have to come anew.
 */

static OrtStatus *
reg_ocr_runtime_options(reg_ocr_runtime_t *runtime)
{
    OrtStatus     *status;
    const OrtApi  *api = runtime->api;

    status = api->CreateSessionOptions(&runtime->options);

    if (status == NULL) {
        status = api->SetIntraOpNumThreads(runtime->options, 1);
    }

    if (status == NULL) {
        status = api->SetInterOpNumThreads(runtime->options, 1);
    }

    if (status == NULL) {
        status = api->AddSessionConfigEntry(runtime->options,
                     "session.intra_op.allow_spinning", "0");
    }

    if (status == NULL) {
        status = api->DisableMemPattern(runtime->options);
    }

    if (status == NULL) {
        status = api->DisableCpuMemArena(runtime->options);
    }

    if (status == NULL) {
        status = reg_ocr_operator_add(api, runtime->options,
                                      &runtime->domain);
    }

    return status;
}


static OrtStatus *
reg_ocr_session_open(reg_ocr_runtime_t *runtime, reg_ocr_session_t *session,
    const char *path)
{
    OrtStatus     *status;
    const OrtApi  *api = runtime->api;

    status = api->CreateSession(runtime->env, path, runtime->options,
                                &session->session);

    if (status == NULL) {
        status = api->SessionGetInputName(session->session, 0,
                     runtime->allocator, &session->input);
    }

    if (status == NULL) {
        status = api->SessionGetOutputName(session->session, 0,
                     runtime->allocator, &session->output);
    }

    return status;
}


void
reg_ocr_runtime_destroy(reg_ocr_runtime_t *runtime)
{
    unsigned            i;
    const OrtApi       *api;
    reg_ocr_session_t  *session;

    if (runtime == NULL) {
        return;
    }

    api = runtime->api;

    for (i = 0; i < REG_OCR_MODELS; i++) {
        session = &runtime->sessions[i];

        if (session->input != NULL) {
            runtime->allocator->Free(runtime->allocator, session->input);
        }

        if (session->output != NULL) {
            runtime->allocator->Free(runtime->allocator, session->output);
        }

        api->ReleaseSession(session->session);
    }

    api->ReleaseSessionOptions(runtime->options);
    api->ReleaseCustomOpDomain(runtime->domain);
    api->ReleaseMemoryInfo(runtime->memory);
    api->ReleaseEnv(runtime->env);

    free(runtime);
}


reg_code_t
reg_ocr_runtime_run(reg_ocr_runtime_t *runtime, reg_ocr_model_t model,
    float *input, unsigned width, unsigned height, reg_ocr_output_t *output)
{
    int64_t        shape[4];
    OrtValue      *in, *out;
    OrtStatus     *status;
    const OrtApi  *api = runtime->api;

    memset(output, 0, sizeof(reg_ocr_output_t));

    shape[0] = 1;
    shape[1] = 3;
    shape[2] = height;
    shape[3] = width;

    in = NULL;
    out = NULL;

    status = api->CreateTensorWithDataAsOrtValue(runtime->memory, input,
                 sizeof(float) * 3 * width * height, shape, 4,
                 ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT, &in);

    if (status == NULL) {
        status = reg_ocr_session_run(runtime, &runtime->sessions[model], in,
                                     &out);
        output->value = out;
    }

    if (status == NULL) {
        status = reg_ocr_output_shape(runtime, output);
    }

    api->ReleaseValue(in);

    if (status != NULL) {
        api->ReleaseStatus(status);
        reg_ocr_output_free(runtime, output);
        return REG_INTERNAL;
    }

    return REG_OK;
}


static OrtStatus *
reg_ocr_session_run(reg_ocr_runtime_t *runtime, reg_ocr_session_t *session,
    OrtValue *input, OrtValue **output)
{
    const char      *names[2];
    const OrtValue  *inputs[1];

    names[0] = session->input;
    names[1] = session->output;
    inputs[0] = input;

    return runtime->api->Run(session->session, NULL, &names[0], inputs, 1,
                             &names[1], 1, output);
}


static OrtStatus *
reg_ocr_output_shape(reg_ocr_runtime_t *runtime, reg_ocr_output_t *output)
{
    void                       *data;
    OrtStatus                  *status;
    const OrtApi               *api = runtime->api;
    OrtTensorTypeAndShapeInfo  *info;

    info = NULL;
    data = NULL;

    status = api->GetTensorTypeAndShape(output->value, &info);

    if (status == NULL) {
        status = api->GetDimensionsCount(info, &output->rank);
    }

    if (status == NULL && output->rank > 4) {
        status = api->CreateStatus(ORT_FAIL, "an output of too many axes");
    }

    if (status == NULL) {
        status = api->GetDimensions(info, output->shape, output->rank);
    }

    if (status == NULL) {
        status = api->GetTensorMutableData(output->value, &data);
    }

    output->data = data;
    api->ReleaseTensorTypeAndShapeInfo(info);

    return status;
}


void
reg_ocr_output_free(reg_ocr_runtime_t *runtime, reg_ocr_output_t *output)
{
    runtime->api->ReleaseValue(output->value);
    memset(output, 0, sizeof(reg_ocr_output_t));
}


static void
reg_ocr_runtime_error(reg_ocr_runtime_t *runtime, OrtStatus *status,
    const char *what, reg_error_t *error)
{
    reg_error_set(error, "%s: %s", what,
                  runtime->api->GetErrorMessage(status));
    runtime->api->ReleaseStatus(status);
}
