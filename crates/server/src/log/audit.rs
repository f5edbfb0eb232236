//! The audit log: one line of JSON for each authorisation, written before anything is done on it,
//! and one for the answer of its request.
//!
//! Unlike a line of the log none is ever dropped: what cannot be written is refused. Lines are in
//! the kernel's hands when a request goes on; a power cut may lose the last of them.

use super::line::Line;
use larder_iam::{Audit, AuditError, Authorisation, Decision, Principal};
use larder_platform::{Disk, DiskFile, OpenMode};
use larder_s3_api::AccessRecord;
use larder_types::{RequestId, Timestamp};
use std::io::{self, Write as _};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};

/// The value of the setting that means standard output.
const STANDARD_OUTPUT: &str = "-";

/// Where authorisations are taken down.
pub(crate) struct AuditLog(Mutex<Target>);

enum Target {
    File(Arc<dyn DiskFile>),
    StandardOutput,
}

impl AuditLog {
    /// The log in this file, which is made when it is not there (mode 0600), or with `-` on
    /// standard output.
    pub(crate) fn open(disk: &dyn Disk, path: &Path) -> io::Result<Self> {
        if path == Path::new(STANDARD_OUTPUT) {
            return Ok(Self(Mutex::new(Target::StandardOutput)));
        }
        let file = match disk.open(path, OpenMode::Write) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                disk.open(path, OpenMode::Create)?
            }
            opened => opened?,
        };
        Ok(Self(Mutex::new(Target::File(file))))
    }

    /// Takes down how a request was answered.
    pub(crate) fn answered(&self, record: &AccessRecord, now: Timestamp) -> io::Result<()> {
        let mut line = Line::audit(now, "answer");
        line.field("request_id", record.request_id.as_ref().map_or("", RequestId::as_str));
        line.number("status", record.status.into());
        if let Some(code) = record.error_code {
            line.field("error", code);
        }
        self.write(&line.finish())
    }

    fn write(&self, line: &[u8]) -> io::Result<()> {
        match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            // Behind what is there now: an operator may have moved it elsewhere and cut the file.
            Target::File(file) => file.write_at(line, file.length()?),
            Target::StandardOutput => {
                let mut out = io::stdout().lock();
                out.write_all(line).and_then(|()| out.flush())
            }
        }
    }
}

impl Audit for AuditLog {
    fn authorised(&self, authorisation: &Authorisation<'_>) -> Result<(), AuditError> {
        let request = authorisation.request;
        let mut line = Line::audit(request.context.now, "authorisation");
        line.field("request_id", authorisation.request_id.as_str());
        line.field("operation", authorisation.operation);
        who(&mut line, request.principal);
        if let Some(key) = authorisation.access_key {
            line.field("access_key", key);
        }
        line.field("action", request.action.as_str());
        line.field("resource", &request.resource.to_string());
        line.field("decision", decision(authorisation.explanation.decision));
        line.field("reason", &authorisation.explanation.reason.to_string());
        if let Some(address) = request.context.source_address {
            line.field("remote", &address.to_string());
        }
        self.write(&line.finish()).map_err(|error| AuditError(error.to_string()))
    }
}

fn who(line: &mut Line, principal: &Principal) {
    line.field("principal", &principal.to_string());
    if let Some(account) = principal.account() {
        line.field("account", account.id.as_str());
    }
    if let Principal::RoleSession(session) = principal {
        line.field("role", &session.role_arn());
        if let Some(source) = &session.source_identity {
            line.field("source_identity", source);
        }
    }
    if let Principal::FederatedSession(session) = principal
        && let Some(user) = &session.user
    {
        line.field("federated_by", &Principal::User(user.clone()).to_string());
    }
}

fn decision(decision: Decision) -> &'static str {
    match decision {
        Decision::Allowed => "allowed",
        Decision::ExplicitlyDenied => "explicitly denied",
        Decision::ImplicitlyDenied | Decision::NeedsObject => "implicitly denied",
    }
}

#[cfg(test)]
mod tests {
    use super::AuditLog;
    use larder_iam::{
        Account, Action, Audit as _, Authorisation, Context, PolicyRules, Principal, Request,
        RequestValues, Resource, RoleSession, Rules as _,
    };
    use larder_platform::sim::Simulation;
    use larder_platform::{OpenMode, Platform};
    use larder_s3_api::AccessRecord;
    use larder_types::{AccountId, AuthType, Owner, RequestId, Timestamp};
    use std::borrow::Cow;
    use std::path::Path;
    use std::sync::Arc;

    const PATH: &str = "/audit.log";

    struct Nothing;

    impl RequestValues for Nothing {
        fn header(&self, _: &str) -> Option<Cow<'_, str>> {
            Some("a secret".into())
        }

        fn query(&self, _: &str) -> Option<&str> {
            None
        }

        fn tags(&self) -> Vec<(String, String)> {
            Vec::new()
        }
    }

    fn session() -> Principal {
        let owner = Owner { canonical_id: "c".into(), display_name: "d".into() };
        let id = AccountId::new("111122223333").unwrap();
        Principal::RoleSession(Arc::new(RoleSession {
            account: Arc::new(Account { id, owner, email: String::new() }),
            role_path: "/".into(),
            role: "reader".into(),
            role_id: "AROA1".into(),
            name: "nightly".into(),
            tags: Vec::new(),
            source_identity: Some("carol".into()),
            policies: Arc::default(),
            session_policies: Vec::new(),
        }))
    }

    fn written(platform: &Platform) -> String {
        String::from_utf8(platform.disk.read_all(Path::new(PATH)).unwrap()).unwrap()
    }

    fn audit(log: &AuditLog, principal: &Principal) {
        let context = Context {
            signature: None,
            auth_type: AuthType::RestHeader,
            session: None,
            region: "us-east-1",
            secure_transport: false,
            source_address: Some([192, 0, 2, 7].into()),
            now: Timestamp { ms: 0 },
            values: &Nothing,
        };
        let action = Action::new("s3:ListAllMyBuckets");
        let request = Request { principal, action, resource: Resource::Service, context: &context };
        let explanation = &PolicyRules.explain(&request);
        let request_id = RequestId::new(7);
        let operation = "ListBuckets";
        log.authorised(&Authorisation {
            request: &request,
            explanation,
            request_id,
            operation,
            access_key: Some("ASIA1"),
        })
        .unwrap();
    }

    #[test]
    fn who_was_denied_what_and_why() {
        let platform = Simulation::new(1).platform();
        let log = AuditLog::open(&*platform.disk, Path::new(PATH)).unwrap();
        audit(&log, &session());
        let record = AccessRecord {
            status: 403,
            error_code: Some("AccessDenied"),
            ..AccessRecord::default()
        };
        log.answered(&record, Timestamp { ms: 1 }).unwrap();
        let wanted = concat!(
            r#"{"time":"1970-01-01T00:00:00.000Z","record":"authorisation","#,
            r#""request_id":"0000000000000007","operation":"ListBuckets","#,
            r#""principal":"arn:aws:sts::111122223333:assumed-role/reader/nightly","#,
            r#""account":"111122223333","role":"arn:aws:iam::111122223333:role/reader","#,
            r#""source_identity":"carol","access_key":"ASIA1","action":"s3:ListAllMyBuckets","#,
            r#""resource":"*","decision":"implicitly denied","#,
            r#""reason":"no identity policy allows it","remote":"192.0.2.7"}"#,
            "\n",
            r#"{"time":"1970-01-01T00:00:00.001Z","record":"answer","request_id":"","#,
            r#""status":403,"error":"AccessDenied"}"#,
            "\n",
        );
        assert_eq!(written(&platform), wanted);
    }

    #[test]
    fn lines_go_behind_what_is_there() {
        let platform = Simulation::new(1).platform();
        for round in 1..=2 {
            let log = AuditLog::open(&*platform.disk, Path::new(PATH)).unwrap();
            audit(&log, &session());
            assert_eq!(written(&platform).lines().count(), round);
        }
        // Moved away by an operator who cuts the file.
        let log = AuditLog::open(&*platform.disk, Path::new(PATH)).unwrap();
        platform.disk.open(Path::new(PATH), OpenMode::Write).unwrap().set_length(0).unwrap();
        audit(&log, &session());
        let written = written(&platform);
        assert!(written.starts_with('{') && written.lines().count() == 1, "{written:?}");
    }
}
