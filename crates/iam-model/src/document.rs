//! Whole documents.

use crate::error::ErrorCode;
use crate::generated::operations::Operation;
use crate::operation::Service;
use crate::value::Output;
use larder_s3_model::xml::XmlWriter;

/// The answer of an operation.
pub fn result_document(operation: Operation, request_id: &str, result: &dyn Output) -> Vec<u8> {
    let mut body = Vec::new();
    let mut writer = XmlWriter::new(&mut body);
    let root = format!("{}Response", operation.name());
    writer.open(&root);
    writer.attribute("xmlns", operation.service().namespace());
    if result.is_result() {
        let wrapper = format!("{}Result", operation.name());
        writer.open(&wrapper);
        result.write(&mut writer);
        writer.close(&wrapper);
    }
    writer.open("ResponseMetadata");
    writer.element("RequestId", request_id);
    writer.close("ResponseMetadata");
    writer.close(&root);
    body
}

/// The answer to a request that failed.
pub fn error_document(
    service: Service,
    code: ErrorCode,
    message: &str,
    request_id: &str,
) -> Vec<u8> {
    let mut body = Vec::new();
    let mut writer = XmlWriter::new(&mut body);
    writer.open("ErrorResponse");
    writer.attribute("xmlns", service.namespace());
    writer.open("Error");
    let fault = if code.status() < 500 { "Sender" } else { "Receiver" };
    writer.element("Type", fault);
    writer.element("Code", code.code());
    writer.element("Message", message);
    writer.close("Error");
    writer.element("RequestId", request_id);
    writer.close("ErrorResponse");
    body
}
