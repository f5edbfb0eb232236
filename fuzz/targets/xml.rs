//! The documents that operations take.
//!
//! An input is a byte that chooses the operation's document, and the document.

#![no_main]

use larder_fuzz::Draw;
use larder_fuzz::meter::{Budget, bounded};
use larder_s3_model::shapes;
use larder_s3_model::xml::{
    Document, Element, XmlValue, can_hold, from_body, parsed_bytes_max, to_body,
};

/// What reading may hold besides what is said of a body before it is read, and allocate in sum: an
/// element of four bytes is a node of the tree, and an entry of a list has a dozen texts.
const HELD_BYTES_FIXED: usize = 8 << 10;
const TOTAL_BYTES_PER_BYTE: usize = 768;
/// How much longer a document may be when it is written again: the declaration, and characters
/// that are written as references.
const WRITTEN_BYTES_FIXED: usize = 512;
const WRITTEN_BYTES_PER_BYTE: usize = 16;

/// A document's root, and what holds it to its promises.
struct Kind {
    root: &'static str,
    check: fn(&[u8], &'static str),
}

macro_rules! kinds {
    ($($shape:ident $root:literal,)*) => {
        &[$(Kind { root: $root, check: check::<shapes::$shape> },)*]
    };
}

/// Every document of the model's inputs, in the order that the corpus counts on.
const KINDS: &[Kind] = kinds! {
    Delete "Delete",
    CompletedMultipartUpload "CompleteMultipartUpload",
    CreateBucketConfiguration "CreateBucketConfiguration",
    Tagging "Tagging",
    VersioningConfiguration "VersioningConfiguration",
    AccessControlPolicy "AccessControlPolicy",
    CORSConfiguration "CORSConfiguration",
    BucketLifecycleConfiguration "LifecycleConfiguration",
    LifecycleConfiguration "LifecycleConfiguration",
    ServerSideEncryptionConfiguration "ServerSideEncryptionConfiguration",
    WebsiteConfiguration "WebsiteConfiguration",
    NotificationConfiguration "NotificationConfiguration",
    NotificationConfigurationDeprecated "NotificationConfiguration",
    ReplicationConfiguration "ReplicationConfiguration",
    PublicAccessBlockConfiguration "PublicAccessBlockConfiguration",
    OwnershipControls "OwnershipControls",
    ObjectLockConfiguration "ObjectLockConfiguration",
    ObjectLockLegalHold "LegalHold",
    ObjectLockRetention "Retention",
    BucketLoggingStatus "BucketLoggingStatus",
    RequestPaymentConfiguration "RequestPaymentConfiguration",
    AccelerateConfiguration "AccelerateConfiguration",
    RestoreRequest "RestoreRequest",
    SelectObjectContentRequest "SelectObjectContentRequest",
    AnalyticsConfiguration "AnalyticsConfiguration",
    IntelligentTieringConfiguration "IntelligentTieringConfiguration",
    InventoryConfiguration "InventoryConfiguration",
    MetricsConfiguration "MetricsConfiguration",
    MetadataConfiguration "MetadataConfiguration",
    MetadataTableConfiguration "MetadataTableConfiguration",
    InventoryTableConfigurationUpdates "InventoryTableConfiguration",
    JournalTableConfigurationUpdates "JournalTableConfiguration",
    AnnotationTableConfigurationUpdates "AnnotationTableConfiguration",
    ObjectEncryption "ObjectEncryption",
    AbacStatus "AbacStatus",
};

libfuzzer_sys::fuzz_target!(init: every_document_is_here(), |data: &[u8]| {
    let mut draw = Draw::new(data);
    let kind = &KINDS[usize::from(draw.byte()) % KINDS.len()];
    let body = draw.rest();
    bounded(1, budget(body), || walk(body));
    (kind.check)(body, kind.root);
});

/// The server reserves the memory of a parsed body before it parses it.
fn budget(body: &[u8]) -> Budget {
    Budget {
        fixed: HELD_BYTES_FIXED,
        held_per_byte: parsed_bytes_max(body),
        total_per_byte: TOTAL_BYTES_PER_BYTE * body.len(),
    }
}

/// A document that the generator adds is searched, too.
fn every_document_is_here() {
    let inputs = include_str!("../../crates/s3-model/src/generated/inputs.rs");
    for (_, text) in
        inputs.match_indices("xml(\"").map(|(at, find)| inputs.split_at(at + find.len()))
    {
        let root = text.split('"').next().unwrap_or_default();
        assert!(KINDS.iter().any(|kind| kind.root == root), "<{root}> is not searched");
    }
}

/// What is accepted is written again as a document that means the same.
fn check<T: XmlValue + PartialEq + std::fmt::Debug>(body: &[u8], root: &'static str) {
    let Ok(value) = bounded(1, budget(body), || from_body::<T>(body, root)) else {
        return;
    };
    let written = to_body(&value, root);
    let allowed = WRITTEN_BYTES_FIXED + WRITTEN_BYTES_PER_BYTE * body.len();
    assert!(written.len() <= allowed, "{} bytes are written as {}", body.len(), written.len());
    if Document::parse(body).is_ok_and(|document| holds_what_xml_cannot(document.root())) {
        return;
    }
    match from_body::<T>(&written, root) {
        Ok(again) => assert_eq!(again, value, "{}", String::from_utf8_lossy(&written)),
        Err(error) => panic!("{error}: {}", String::from_utf8_lossy(&written)),
    }
}

/// Whether a reference brought in a character that no XML 1.0 document can hold.
fn holds_what_xml_cannot(element: Element<'_>) -> bool {
    let attribute = element.attribute("xsi:type").unwrap_or_default();
    !can_hold(element.text())
        || !can_hold(&attribute)
        || element.children().any(holds_what_xml_cannot)
}

/// Everything that a document shows of itself.
fn walk(body: &[u8]) {
    let Ok(document) = Document::parse(body) else {
        return;
    };
    let text = std::str::from_utf8(body).expect("it was parsed");
    assert!(can_hold(text), "a character that no document holds was let pass");
    let mut open = vec![document.root()];
    while let Some(element) = open.pop() {
        look(element);
        open.extend(element.children());
    }
}

fn look(element: Element<'_>) {
    let children = element.children().count();
    assert_eq!(children, element.child_count(), "every child is counted once");
    assert!(children == 0 || element.text().is_empty(), "text beside elements");
    let _ = (element.name(), element.attribute("xsi:type"));
}
