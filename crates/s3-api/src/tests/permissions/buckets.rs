//! Operations on buckets and their documents.

use super::{Case, TAGS, case, get, put};
use crate::testing::Ask;

const CORS: &str = "<CORSConfiguration><CORSRule><AllowedMethod>GET</AllowedMethod>\
                    <AllowedOrigin>*</AllowedOrigin></CORSRule></CORSConfiguration>";

const POLICY: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow",
                        "Principal":{"AWS":"222222222222"},"Action":"s3:GetObject",
                        "Resource":"arn:aws:s3:::photos/*"}}"#;

const BLOCK: &str = "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls>\
                     </PublicAccessBlockConfiguration>";
const OWNERSHIP: &str = "<OwnershipControls><Rule><ObjectOwnership>BucketOwnerEnforced\
                         </ObjectOwnership></Rule></OwnershipControls>";
const PAYMENT: &str = "<RequestPaymentConfiguration><Payer>Requester</Payer>\
                       </RequestPaymentConfiguration>";

pub(super) fn of_buckets() -> Vec<Case> {
    let create = || Ask::new("PUT", "/other");
    let delete = |path: &str| Ask::new("DELETE", path);
    let versioning =
        "<VersioningConfiguration><Status>Suspended</Status></VersioningConfiguration>";
    let new = ("CreateBucket", "other");
    let lock =
        [new, ("PutBucketObjectLockConfiguration", "other"), ("PutBucketVersioning", "other")];
    vec![
        case("ListBuckets", get("/"), &[("ListAllMyBuckets", "*")]),
        case("CreateBucket", create(), &[new]),
        case("CreateBucket", create().header("x-amz-acl", "private"), &[new]),
        case("CreateBucket", create(), &[new, ("PutBucketAcl", "other")])
            .header("x-amz-acl", "public-read")
            .refused(),
        case("CreateBucket", create(), &[new, ("PutBucketAcl", "other")])
            .header("x-amz-grant-read", "id=\"bob-id\"")
            .refused(),
        case("CreateBucket", create(), &[new, ("PutBucketOwnershipControls", "other")])
            .header("x-amz-object-ownership", "BucketOwnerEnforced"),
        case("CreateBucket", create(), &lock)
            .header("x-amz-bucket-object-lock-enabled", "true")
            .refused(),
        case("CreateBucket", create(), &[new]).header("x-amz-bucket-object-lock-enabled", "false"),
        case("HeadBucket", Ask::new("HEAD", "/photos"), &[("ListBucket", "photos")]),
        case("DeleteBucket", delete("/empty"), &[("DeleteBucket", "empty")]),
        case("GetBucketLocation", get("/photos?location"), &[("GetBucketLocation", "photos")]),
        case("GetBucketAcl", get("/photos?acl"), &[("GetBucketAcl", "photos")]),
        case("PutBucketAcl", Ask::new("PUT", "/photos?acl"), &[("PutBucketAcl", "photos")])
            .header("x-amz-acl", "bucket-owner-full-control"),
        case("GetBucketTagging", get("/photos?tagging"), &[("GetBucketTagging", "photos")])
            .refused(),
        case("PutBucketTagging", put("/photos?tagging", TAGS), &[("PutBucketTagging", "photos")]),
        case("DeleteBucketTagging", delete("/photos?tagging"), &[("PutBucketTagging", "photos")]),
        case(
            "GetBucketVersioning",
            get("/photos?versioning"),
            &[("GetBucketVersioning", "photos")],
        ),
        case(
            "PutBucketVersioning",
            put("/photos?versioning", versioning),
            &[("PutBucketVersioning", "photos")],
        ),
        case("ListObjects", get("/photos"), &[("ListBucket", "photos")]),
        case("ListObjectsV2", get("/photos?list-type=2"), &[("ListBucket", "photos")]),
        case("ListObjectVersions", get("/photos?versions"), &[("ListBucketVersions", "photos")]),
        case(
            "ListMultipartUploads",
            get("/photos?uploads"),
            &[("ListBucketMultipartUploads", "photos")],
        ),
    ]
}

pub(super) fn of_documents() -> Vec<Case> {
    let delete = |path: &str| Ask::new("DELETE", path);
    let on = |operation, ask, action| case(operation, ask, &[(action, "photos")]);
    vec![
        on("GetBucketCors", get("/photos?cors"), "GetBucketCORS").refused(),
        on("PutBucketCors", put("/photos?cors", CORS), "PutBucketCORS"),
        on("DeleteBucketCors", delete("/photos?cors"), "PutBucketCORS"),
        on("GetBucketPolicy", get("/photos?policy"), "GetBucketPolicy").refused(),
        on("GetBucketPolicyStatus", get("/photos?policyStatus"), "GetBucketPolicyStatus").refused(),
        on("PutBucketPolicy", put("/photos?policy", POLICY), "PutBucketPolicy"),
        on("DeleteBucketPolicy", delete("/photos?policy"), "DeleteBucketPolicy"),
        on("GetPublicAccessBlock", get("/photos?publicAccessBlock"), "GetBucketPublicAccessBlock"),
        on(
            "PutPublicAccessBlock",
            put("/photos?publicAccessBlock", BLOCK),
            "PutBucketPublicAccessBlock",
        ),
        on(
            "DeletePublicAccessBlock",
            delete("/photos?publicAccessBlock"),
            "PutBucketPublicAccessBlock",
        ),
        on(
            "GetBucketOwnershipControls",
            get("/photos?ownershipControls"),
            "GetBucketOwnershipControls",
        ),
        on(
            "PutBucketOwnershipControls",
            put("/photos?ownershipControls", OWNERSHIP),
            "PutBucketOwnershipControls",
        ),
        on(
            "DeleteBucketOwnershipControls",
            delete("/photos?ownershipControls"),
            "PutBucketOwnershipControls",
        ),
        on("GetBucketRequestPayment", get("/photos?requestPayment"), "GetBucketRequestPayment"),
        on(
            "PutBucketRequestPayment",
            put("/photos?requestPayment", PAYMENT),
            "PutBucketRequestPayment",
        ),
    ]
}
