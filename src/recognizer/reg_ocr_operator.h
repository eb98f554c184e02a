/*
 * The models' activation as an operator of ONNX Runtime, which has none that
 * does it in one pass (models/fold.mjs puts it into the models).
 */

#ifndef REG_OCR_OPERATOR_H_INCLUDED
#define REG_OCR_OPERATOR_H_INCLUDED


#include <onnxruntime_c_api.h>


/*
 * Makes the operator known to sessions that are opened with these options.
 * The domain is the caller's, who releases it behind the sessions; it may be
 * there even where an error came back.
 */

OrtStatus *reg_ocr_operator_add(const OrtApi *api, OrtSessionOptions *options,
    OrtCustomOpDomain **domain);


#endif /* REG_OCR_OPERATOR_H_INCLUDED */
