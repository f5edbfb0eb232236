//! The table of S3's error codes.

/// One entry per code: variant, name on the wire, HTTP status, and the message that AWS sends when
/// the place that fails has nothing better to say.
macro_rules! error_codes {
    ($($variant:ident = $name:literal, $status:literal, $message:literal;)+) => {
        /// A code of S3's "Error responses" page.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum ErrorCode {
            $(#[doc = $message] $variant,)+
        }

        impl ErrorCode {
            /// Every code, in the order of the table.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)+];

            /// The name in `<Code>`.
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The code of a name in `<Code>`.
            pub fn from_name(name: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.name() == name)
            }

            /// The HTTP status.
            pub fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// The message when there is nothing better to say.
            pub fn message(self) -> &'static str {
                match self { $(Self::$variant => $message,)+ }
            }
        }
    };
}

error_codes! {
    AccessControlListNotSupported = "AccessControlListNotSupported", 400,
        "The bucket does not allow ACLs";
    AccessDenied = "AccessDenied", 403, "Access Denied";
    AccessForbidden = "AccessForbidden", 403, "CORSResponse: This CORS request is not allowed.";
    AccountProblem = "AccountProblem", 403,
        "There is a problem with your account that prevents the operation from completing \
         successfully.";
    AllAccessDisabled = "AllAccessDisabled", 403, "All access to this object has been disabled";
    AmbiguousGrantByEmailAddress = "AmbiguousGrantByEmailAddress", 400,
        "The e-mail address you provided is associated with more than one account";
    AuthorizationError = "AuthorizationError", 403,
        "You are not authorized to perform this operation.";
    AuthorizationHeaderMalformed = "AuthorizationHeaderMalformed", 400,
        "The authorization header you provided is invalid.";
    AuthorizationQueryParametersError = "AuthorizationQueryParametersError", 400,
        "The authorization query parameters that you provided are not valid.";
    BadDigest = "BadDigest", 400, "The Content-MD5 you specified did not match what we received.";
    BadRequest = "BadRequest", 400, "Bad Request";
    BucketAlreadyExists = "BucketAlreadyExists", 409,
        "The requested bucket name is not available. The bucket namespace is shared by all \
         users of the system. Please select a different name and try again.";
    BucketAlreadyOwnedByYou = "BucketAlreadyOwnedByYou", 409,
        "Your previous request to create the named bucket succeeded and you already own it.";
    BucketNotEmpty = "BucketNotEmpty", 409, "The bucket you tried to delete is not empty";
    ConditionalRequestConflict = "ConditionalRequestConflict", 409,
        "The conditional request cannot succeed due to a conflicting operation against this \
         resource.";
    ConnectionClosedByRequester = "ConnectionClosedByRequester", 400,
        "Returned to the original caller when an error is encountered while reading the \
         WriteGetObjectResponse body.";
    CredentialsNotSupported = "CredentialsNotSupported", 400,
        "This request does not support credentials.";
    CrossLocationLoggingProhibited = "CrossLocationLoggingProhibited", 403,
        "Cross-Region logging is not allowed. Buckets in one AWS Region cannot log \
         information to a bucket in another Region.";
    EncryptionTypeMismatch = "EncryptionTypeMismatch", 400,
        "The existing object was created with a different encryption type. Subsequent write \
         requests must include the appropriate encryption parameters in the request.";
    EndpointNotFound = "EndpointNotFound", 400, "Direct requests to the correct endpoint.";
    EntityTooLarge = "EntityTooLarge", 400, "Your proposed upload exceeds the maximum allowed size";
    EntityTooSmall = "EntityTooSmall", 400,
        "Your proposed upload is smaller than the minimum allowed size";
    ExpiredToken = "ExpiredToken", 400, "The provided token has expired.";
    IdempotencyParameterMismatch = "IdempotencyParameterMismatch", 400,
        "Parameters on this idempotent request are inconsistent with parameters used in \
         previous request(s).";
    IllegalLocationConstraintException = "IllegalLocationConstraintException", 400,
        "The unspecified location constraint is incompatible for the region specific endpoint \
         this request was sent to.";
    IllegalVersioningConfigurationException = "IllegalVersioningConfigurationException", 400,
        "The Versioning element must be specified";
    IncompleteBody = "IncompleteBody", 400,
        "You did not provide the number of bytes specified by the Content-Length HTTP header";
    IncorrectEndpoint = "IncorrectEndpoint", 400,
        "The specified bucket exists in another Region. Direct requests to the correct \
         endpoint.";
    IncorrectNumberOfFilesInPostRequest = "IncorrectNumberOfFilesInPostRequest", 400,
        "POST requires exactly one file upload per request.";
    InlineDataTooLarge = "InlineDataTooLarge", 400,
        "The inline data exceeds the maximum allowed size.";
    InsufficientStorage = "InsufficientStorage", 507,
        "There is not enough space left to store the object.";
    InternalError = "InternalError", 500, "We encountered an internal error. Please try again.";
    InvalidAccessKeyId = "InvalidAccessKeyId", 403,
        "The AWS Access Key Id you provided does not exist in our records.";
    InvalidArgument = "InvalidArgument", 400, "Invalid Argument";
    InvalidAttributeName = "InvalidAttributeName", 400, "Invalid attribute name specified.";
    InvalidBucketAclWithBlockPublicAccessError =
        "InvalidBucketAclWithBlockPublicAccessError", 400,
        "Bucket cannot have public ACLs set with BlockPublicAccess enabled";
    InvalidBucketAclWithObjectOwnership = "InvalidBucketAclWithObjectOwnership", 400,
        "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting.";
    InvalidBucketName = "InvalidBucketName", 400, "The specified bucket is not valid.";
    InvalidBucketOwnerAWSAccountID = "InvalidBucketOwnerAWSAccountID", 400,
        "The value of the expected bucket owner parameter must be an AWS account ID.";
    InvalidBucketState = "InvalidBucketState", 409,
        "The request is not valid with the current state of the bucket.";
    InvalidChunkSizeError = "InvalidChunkSizeError", 400,
        "Only the last chunk is allowed to have a size less than 8192 bytes";
    InvalidDigest = "InvalidDigest", 400, "The Content-MD5 you specified was invalid.";
    InvalidEncryptionAlgorithmError = "InvalidEncryptionAlgorithmError", 400,
        "The encryption request you specified is not valid. The valid value is AES256.";
    InvalidHostHeader = "InvalidHostHeader", 400,
        "The host headers provided in the request used the incorrect style addressing.";
    InvalidHttpMethod = "InvalidHttpMethod", 400,
        "The request is made using an unexpected HTTP method.";
    InvalidLocationConstraint = "InvalidLocationConstraint", 400,
        "The specified location-constraint is not valid";
    InvalidObjectState = "InvalidObjectState", 403,
        "The operation is not valid for the object's storage class";
    InvalidPart = "InvalidPart", 400,
        "One or more of the specified parts could not be found.  The part may not have been \
         uploaded, or the specified entity tag may not match the part's entity tag.";
    InvalidPartNumber = "InvalidPartNumber", 416,
        "The requested partnumber is not satisfiable";
    InvalidPartOrder = "InvalidPartOrder", 400,
        "The list of parts was not in ascending order. Parts must be ordered by part number.";
    InvalidPayer = "InvalidPayer", 403, "All access to this object has been disabled";
    InvalidPolicyDocument = "InvalidPolicyDocument", 400,
        "The content of the form does not meet the conditions specified in the policy \
         document.";
    InvalidRange = "InvalidRange", 416, "The requested range is not satisfiable";
    InvalidRequest = "InvalidRequest", 400, "Invalid Request";
    InvalidSecurity = "InvalidSecurity", 403, "The provided security credentials are not valid";
    InvalidSessionException = "InvalidSessionException", 400,
        "Returned if the session doesn't exist anymore because it timed out or expired.";
    InvalidSignature = "InvalidSignature", 400,
        "The request signature that the server calculated does not match the signature that \
         you provided. Check your AWS secret access key and signing method.";
    InvalidStorageClass = "InvalidStorageClass", 400,
        "The storage class you specified is not valid";
    InvalidTag = "InvalidTag", 400,
        "The tag provided was not a valid tag. This error can occur if the tag did not pass \
         input validation.";
    InvalidTargetBucketForLogging = "InvalidTargetBucketForLogging", 400,
        "The target bucket for logging does not exist";
    InvalidToken = "InvalidToken", 400, "The provided token is malformed or otherwise invalid.";
    InvalidURI = "InvalidURI", 400, "Couldn't parse the specified URI.";
    InvalidWriteOffset = "InvalidWriteOffset", 400,
        "The write offset value that you specified does not match the current object size.";
    KeyTooLongError = "KeyTooLongError", 400, "Your key is too long";
    KMSDisabledException = "KMS.DisabledException", 400,
        "The request was rejected because the specified KMS key is not enabled.";
    KMSInvalidKeyUsageException = "KMS.InvalidKeyUsageException", 400,
        "The KMS key cannot be used for this operation.";
    KMSInvalidStateException = "KMS.KMSInvalidStateException", 400,
        "The KMS key is not in a state that allows this request.";
    KMSNotFoundException = "KMS.NotFoundException", 400, "The specified KMS key does not exist.";
    MalformedACLError = "MalformedACLError", 400,
        "The XML you provided was not well-formed or did not validate against our published \
         schema";
    MalformedPolicy = "MalformedPolicy", 400,
        "Policies must be valid JSON and the first byte must be '{'";
    MalformedPOSTRequest = "MalformedPOSTRequest", 400,
        "The body of your POST request is not well-formed multipart/form-data.";
    MalformedTrailerError = "MalformedTrailerError", 400,
        "The request contained trailing data that was not well-formed or did not conform to \
         our published schema.";
    MalformedXML = "MalformedXML", 400,
        "The XML you provided was not well-formed or did not validate against our published \
         schema";
    MaxMessageLengthExceeded = "MaxMessageLengthExceeded", 400, "Your request was too big.";
    MaxPostPreDataLengthExceeded = "MaxPostPreDataLengthExceeded", 400,
        "Your POST request fields preceding the upload file were too large.";
    MetadataTooLarge = "MetadataTooLarge", 400,
        "Your metadata headers exceed the maximum allowed metadata size";
    MethodNotAllowed = "MethodNotAllowed", 405,
        "The specified method is not allowed against this resource.";
    MissingAuthenticationToken = "MissingAuthenticationToken", 403, "The request was not signed.";
    MissingContentLength = "MissingContentLength", 411,
        "You must provide the Content-Length HTTP header.";
    MissingRequestBodyError = "MissingRequestBodyError", 400, "Request Body is empty";
    MissingSecurityHeader = "MissingSecurityHeader", 400,
        "Your request was missing a required header";
    NoLoggingStatusForKey = "NoLoggingStatusForKey", 400,
        "There is no such thing as a logging status subresource for a key.";
    NoSuchAsyncRequest = "NoSuchAsyncRequest", 404, "The specified request was not found.";
    NoSuchBucket = "NoSuchBucket", 404, "The specified bucket does not exist";
    NoSuchBucketPolicy = "NoSuchBucketPolicy", 404, "The bucket policy does not exist";
    NoSuchConfiguration = "NoSuchConfiguration", 404, "The specified configuration does not exist.";
    NoSuchCORSConfiguration = "NoSuchCORSConfiguration", 404,
        "The CORS configuration does not exist";
    NoSuchKey = "NoSuchKey", 404, "The specified key does not exist.";
    NoSuchLifecycleConfiguration = "NoSuchLifecycleConfiguration", 404,
        "The lifecycle configuration does not exist";
    NoSuchObjectLockConfiguration = "NoSuchObjectLockConfiguration", 404,
        "The specified object does not have a ObjectLock configuration";
    NoSuchPublicAccessBlockConfiguration = "NoSuchPublicAccessBlockConfiguration", 404,
        "The public access block configuration was not found";
    NoSuchResource = "NoSuchResource", 404, "The specified resource does not exist.";
    NoSuchTagSet = "NoSuchTagSet", 404, "The TagSet does not exist";
    NoSuchUpload = "NoSuchUpload", 404,
        "The specified upload does not exist. The upload ID may be invalid, or the upload may \
         have been aborted or completed.";
    NoSuchVersion = "NoSuchVersion", 404, "The specified version does not exist.";
    NoSuchWebsiteConfiguration = "NoSuchWebsiteConfiguration", 404,
        "The specified bucket does not have a website configuration";
    NotImplemented = "NotImplemented", 501,
        "A header you provided implies functionality that is not implemented";
    NotModified = "NotModified", 304, "Not Modified";
    NoTransformationDefined = "NoTransformationDefined", 404,
        "No transformation found for this Object Lambda Access Point.";
    NotSignedUp = "NotSignedUp", 403, "Your account is not signed up for the Amazon S3 service.";
    ObjectAlreadyInActiveTierError = "ObjectAlreadyInActiveTierError", 403,
        "This object is already in the active tier.";
    ObjectLockConfigurationNotFoundError = "ObjectLockConfigurationNotFoundError", 404,
        "Object Lock configuration does not exist for this bucket";
    ObjectNotInActiveTierError = "ObjectNotInActiveTierError", 403,
        "The source object of the COPY action is not in the active tier.";
    OperationAborted = "OperationAborted", 409,
        "A conflicting conditional operation is currently in progress against this resource. \
         Please try again.";
    OwnershipControlsNotFoundError = "OwnershipControlsNotFoundError", 404,
        "The bucket ownership controls were not found";
    PermanentRedirect = "PermanentRedirect", 301,
        "The bucket you are attempting to access must be addressed using the specified \
         endpoint. Please send all future requests to this endpoint.";
    PermanentRedirectControlError = "PermanentRedirectControlError", 301,
        "The API operation you are attempting to access must be addressed using the specified \
         endpoint. Send all future requests to this endpoint.";
    PreconditionFailed = "PreconditionFailed", 412,
        "At least one of the pre-conditions you specified did not hold";
    Redirect = "Redirect", 307, "Temporary redirect.";
    ReplicationConfigurationNotFoundError = "ReplicationConfigurationNotFoundError", 404,
        "The replication configuration was not found";
    RequestHeaderSectionTooLarge = "RequestHeaderSectionTooLarge", 400,
        "The request header and query parameters used to make the request exceed the maximum \
         allowed size.";
    RequestIsNotMultiPartContent = "RequestIsNotMultiPartContent", 412,
        "Bucket POST must be of the enclosure-type multipart/form-data.";
    RequestTimeout = "RequestTimeout", 400,
        "Your socket connection to the server was not read from or written to within the \
         timeout period. Idle connections will be closed.";
    RequestTimeTooSkewed = "RequestTimeTooSkewed", 403,
        "The difference between the request time and the current time is too large.";
    ResponseInterrupted = "ResponseInterrupted", 400,
        "Returned to the original caller when an error is encountered while reading the \
         WriteGetObjectResponse body.";
    RestoreAlreadyInProgress = "RestoreAlreadyInProgress", 409,
        "Object restore is already in progress";
    ServerSideEncryptionConfigurationNotFoundError =
        "ServerSideEncryptionConfigurationNotFoundError", 404,
        "The server side encryption configuration was not found";
    ServiceUnavailable = "ServiceUnavailable", 503, "Service Unavailable";
    SignatureDoesNotMatch = "SignatureDoesNotMatch", 403,
        "The request signature we calculated does not match the signature you provided. Check \
         your key and signing method.";
    SlowDown = "SlowDown", 503, "Please reduce your request rate.";
    TagPolicyException = "TagPolicyException", 400,
        "The tag policy does not allow the specified value for the following tag key.";
    TemporaryRedirect = "TemporaryRedirect", 307,
        "You are being redirected to the bucket while DNS updates.";
    TokenRefreshRequired = "TokenRefreshRequired", 400, "The provided token must be refreshed.";
    TooManyBuckets = "TooManyBuckets", 400,
        "You have attempted to create more buckets than allowed";
    TooManyConfigurations = "TooManyConfigurations", 400,
        "You are attempting to create a new configuration but have already reached the \
         configuration limit.";
    TooManyParts = "TooManyParts", 400,
        "You have attempted to add more parts than the maximum of 10000 that are allowed for \
         this object.";
    TooManyTags = "TooManyTags", 400, "The number of tags exceeds the limit of 50 tags.";
    UnexpectedContent = "UnexpectedContent", 400, "This request does not support content";
    UnresolvableGrantByEmailAddress = "UnresolvableGrantByEmailAddress", 400,
        "The e-mail address you provided does not match any account on record.";
    UnsupportedArgument = "UnsupportedArgument", 400,
        "The request contained an unsupported argument.";
    UnsupportedSignature = "UnsupportedSignature", 400,
        "The provided request is signed with an unsupported STS Token version or the \
         signature version is not supported.";
    UserKeyMustBeSpecified = "UserKeyMustBeSpecified", 400,
        "The bucket POST must contain the specified field name. If it is specified, please \
         check the order of the fields.";
    XAmzContentSHA256Mismatch = "XAmzContentSHA256Mismatch", 400,
        "The provided 'x-amz-content-sha256' header does not match what was computed.";
}
