//! The documents of buckets.

use crate::rows::address;
use crate::rows::document::DOCUMENT_BYTES_MAX;
use crate::testing::{World, create_bucket};
use crate::{CreateBucket, Error};
use larder_documents::{
    BucketDocument, BucketPolicy, CorsConfiguration, DocumentKind, EncodedDocument,
    InvalidDocument, Profile, PublicAccessBlock,
};
use larder_storage::{Batch, Delete, MetaStore, RowKind};
use larder_types::BucketName;

fn cors(origin: &str) -> CorsConfiguration {
    let text = format!(
        "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>\
         <AllowedOrigin>{origin}</AllowedOrigin></CORSRule></CORSConfiguration>"
    );
    CorsConfiguration::parse(text.as_bytes()).unwrap()
}

fn rows(world: &World) -> usize {
    let rows = world.store.dump().into_iter();
    rows.filter(|(row, ..)| row.kind == RowKind::BucketDocument).count()
}

#[test]
fn a_document_is_there_until_it_goes_or_its_bucket_goes() {
    let w = World::new();
    let bucket = w.bucket("documents");
    assert!(bucket.documents.get::<CorsConfiguration>().is_none());
    w.run(w.objects.delete_document(&bucket, DocumentKind::Cors)).unwrap();
    for origin in ["http://one", "http://two", "http://one"] {
        w.run(w.objects.put_document(&bucket, &cors(origin))).unwrap();
        let now = w.reread(&bucket);
        let found = now.documents.get::<CorsConfiguration>().unwrap();
        assert!(found.find(origin, "GET", std::iter::empty()).is_some(), "{origin}");
        assert_eq!(rows(&w), 1);
    }
    // Other changes of the bucket, and another process, find it as it was.
    w.run(w.objects.put_versioning(&bucket, true)).unwrap();
    let other = World::over(w.store.clone());
    assert!(other.reread(&bucket).documents.get::<CorsConfiguration>().is_some());
    w.run(w.objects.delete_document(&bucket, DocumentKind::Cors)).unwrap();
    assert!(w.reread(&bucket).documents.get::<CorsConfiguration>().is_none());
    assert_eq!(rows(&w), 0);
    w.run(w.objects.put_document(&bucket, &cors("*"))).unwrap();
    w.run(w.objects.delete_bucket(&w.reread(&bucket))).unwrap();
    assert_eq!(rows(&w), 0, "nothing of it is left for the next bucket of that name");
    let again = w.bucket("documents");
    assert!(again.documents.get::<CorsConfiguration>().is_none());
    let gone = w.run(w.objects.put_document(&bucket, &cors("*")));
    assert!(matches!(gone, Err(Error::NoSuchBucket)));
}

#[test]
fn a_document_that_outgrows_its_row_changes_nothing() {
    let w = World::new();
    let bucket = w.bucket("large");
    // Each `"` is stored as six bytes.
    let origin = "\"".repeat(DOCUMENT_BYTES_MAX / 6 + 1);
    let refused = w.run(w.objects.put_document(&bucket, &cors(&origin)));
    assert!(matches!(refused, Err(Error::DocumentTooLarge { max: DOCUMENT_BYTES_MAX })));
    assert!(w.reread(&bucket).document_refs.is_empty());
}

#[test]
fn a_bucket_whose_document_is_missing_is_not_served_without_it() {
    let w = World::new();
    let bucket = w.bucket("damaged");
    w.run(w.objects.put_document(&bucket, &cors("*"))).unwrap();
    let row = address::bucket_document(&bucket.name, DocumentKind::Cors as u8);
    let deletes = vec![Delete { row, replaces: None }];
    w.run(w.store.commit(Batch { deletes, ..Batch::default() })).unwrap();
    let found = w.run(World::over(w.store.clone()).objects.bucket(&bucket.name));
    assert!(matches!(found, Err(Error::Corrupt(_))), "{found:?}");
}

#[test]
fn a_bucket_is_made_with_its_first_documents_or_not_at_all() {
    let w = World::new();
    let create = |documents| CreateBucket { documents, ..create_bucket("alice") };
    let name = BucketName::new("first").unwrap();
    let broken = EncodedDocument { kind: DocumentKind::Cors, encoded: b"<Other/>".to_vec() };
    let refused = w.run(w.objects.create_bucket(&name, create(vec![broken])));
    assert!(matches!(refused, Err(Error::InvalidDocument(InvalidDocument::Malformed(_)))));
    assert!(matches!(w.run(w.objects.bucket(&name)), Err(Error::NoSuchBucket)));
    let documents = Profile::Aws.documents(None);
    let made = w.run(w.objects.create_bucket(&name, create(documents))).unwrap();
    assert_eq!(made.documents.get(), Some(&PublicAccessBlock::ALL));
    assert_eq!(rows(&w), 2);
    let other = World::over(w.store.clone());
    assert_eq!(other.reread(&made).documents, made.documents);
    w.run(w.objects.delete_bucket(&made)).unwrap();
    assert_eq!(rows(&w), 0);
}

/// What a document's check is shown is what the bucket has when it is committed, not what whoever
/// asks saw of it.
#[test]
fn a_check_sees_the_documents_of_its_commit() {
    let w = World::new();
    let seen_before = w.bucket("checked");
    let policy = br#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*",
        "Action":"s3:GetObject","Resource":"arn:aws:s3:::checked/*"}}"#;
    let policy = BucketPolicy::parse(policy).unwrap();
    w.run(w.objects.put_document(&seen_before, &PublicAccessBlock::ALL)).unwrap();
    let refused = w.run(w.objects.put_document(&seen_before, &policy));
    let Err(Error::InvalidDocument(InvalidDocument::Refused { code, .. })) = refused else {
        panic!("{refused:?}");
    };
    assert_eq!(code, "AccessDenied");
    assert_eq!(rows(&w), 1);
    w.run(w.objects.delete_document(&seen_before, DocumentKind::PublicAccessBlock)).unwrap();
    w.run(w.objects.put_document(&seen_before, &policy)).unwrap();
    assert_eq!(rows(&w), 1);
}
