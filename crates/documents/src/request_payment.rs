//! Who pays for requests: whoever has to, has to say that it will. Nobody is billed here.

use crate::document::read_xml;
use crate::{BucketDocument, DocumentKind, DocumentOperations, InvalidDocument};
use larder_s3_model::enums::Payer;
use larder_s3_model::shapes::RequestPaymentConfiguration;
use larder_s3_model::xml;

const ROOT: &str = "RequestPaymentConfiguration";

/// Who pays for requests to a bucket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequestPayment(pub Payer);

impl BucketDocument for RequestPayment {
    const KIND: DocumentKind = DocumentKind::RequestPayment;

    fn parse(body: &[u8]) -> Result<Self, InvalidDocument> {
        let shape: RequestPaymentConfiguration = read_xml(body, ROOT)?;
        Ok(Self(shape.payer))
    }

    fn encode(&self) -> Vec<u8> {
        xml::to_body(&RequestPaymentConfiguration { payer: self.0 }, ROOT)
    }
}

impl DocumentOperations for RequestPayment {
    const READ_ACTION: &'static str = "s3:GetBucketRequestPayment";
    const WRITE_ACTION: &'static str = "s3:PutBucketRequestPayment";

    /// The owner pays where nothing was said.
    fn absent() -> Result<Self, &'static str> {
        Ok(Self(Payer::BucketOwner))
    }
}

#[cfg(test)]
mod tests {
    use super::RequestPayment;
    use crate::BucketDocument;
    use larder_s3_model::enums::Payer;

    #[test]
    fn an_encoding_is_read_again() {
        for payer in Payer::ALL {
            let payment = RequestPayment(*payer);
            assert_eq!(RequestPayment::parse(&payment.encode()).unwrap(), payment);
        }
        let nobody =
            b"<RequestPaymentConfiguration><Payer>Nobody</Payer></RequestPaymentConfiguration>";
        assert!(RequestPayment::parse(nobody).is_err());
        assert!(RequestPayment::parse(b"<RequestPaymentConfiguration/>").is_err());
    }
}
