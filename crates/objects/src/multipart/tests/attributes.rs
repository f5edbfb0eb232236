//! What the object of an upload is besides its bytes.

use super::{Upload, collect, create, listed, request};
use crate::multipart::CreateUpload;
use crate::testing::World;
use larder_storage::RowKind;

/// What CreateMultipartUpload said goes with the object, also where no version's row has room.
#[test]
fn all_that_s3_allows_goes_from_the_upload_to_the_object() {
    let w = World::new();
    let bucket = w.versioned("bucket");
    let attributes = crate::tests::overflow::maximal();
    let create = CreateUpload { attributes: attributes.clone(), ..create(None) };
    let upload = Upload::new(&w, &bucket, create);
    let found = w.run(w.objects.upload(&bucket, &upload.key, upload.id)).unwrap();
    assert_eq!(found.attributes, attributes);
    upload.put(1, b"first").unwrap();
    // Replaces the part, with which the upload's row is written again.
    let request = request(vec![listed(1, &upload.put(1, b"part").unwrap())]);
    let stored = upload.complete(&request).unwrap();
    assert_eq!(stored.record.attributes, attributes);
    assert_eq!(w.lookup(&bucket, "key", None).unwrap().record.attributes, attributes);
    let again = upload.complete(&request).unwrap();
    assert_eq!(again, stored, "asked again, of a version that has to be found");
    collect(&w);
    assert_eq!(w.get(&bucket, "key", stored.version).unwrap(), b"part");
    w.delete(&bucket, "key", stored.version);
    collect(&w);
    let rows = w.store.dump();
    assert!(rows.iter().all(|(row, ..)| row.kind != RowKind::Overflow));
}
