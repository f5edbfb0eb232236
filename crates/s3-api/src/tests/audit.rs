//! Authorisations are taken down before anything is done on them.

use crate::testing::{Ask, World};
use larder_iam::{Audit, AuditError, Authorisation};
use std::sync::{Arc, Mutex};

/// Remembers what it was given; refuses it once it is broken.
#[derive(Default)]
struct Records {
    lines: Mutex<Vec<String>>,
    is_broken: Mutex<bool>,
}

impl Audit for Records {
    fn authorised(&self, authorisation: &Authorisation<'_>) -> Result<(), AuditError> {
        if *self.is_broken.lock().unwrap() {
            return Err(AuditError("the disk is full".into()));
        }
        let Authorisation { request, explanation, operation, access_key, .. } = authorisation;
        let key = access_key.unwrap_or("-");
        let (action, resource) = (request.action, request.resource);
        let line = format!("{operation} {key} {action} {resource}: {}", explanation.reason);
        self.lines.lock().unwrap().push(line);
        Ok(())
    }
}

fn audited() -> (World, Arc<Records>) {
    let records = Arc::new(Records::default());
    let world = World::with_audit(records.clone());
    world.bucket("photos");
    (world, records)
}

impl Records {
    fn take(&self) -> Vec<String> {
        std::mem::take(&mut *self.lines.lock().unwrap())
    }
}

#[test]
fn every_right_that_is_asked_for_is_taken_down() {
    let (world, records) = audited();
    world.send(Ask::new("PUT", "/photos/a").header("x-amz-tagging", "k=v").body("x")).ok();
    world.send(Ask::new("GET", "/photos/a").by(Some("bob"))).refused(403, "AccessDenied");
    world.send(Ask::new("GET", "/photos/a").by(None)).refused(403, "AccessDenied");
    let copy = Ask::new("PUT", "/photos/b").header("x-amz-copy-source", "photos/a");
    world.send(copy).ok();
    let body = "<Delete><Object><Key>a</Key></Object></Delete>";
    world.send(Ask::new("POST", "/photos?delete").by(Some("bob")).body(body).md5());
    let (a, b) = ("arn:aws:s3:::photos/a", "arn:aws:s3:::photos/b");
    let wanted = [
        format!("PutObject alice s3:PutObject {a}: root of the owner"),
        format!("PutObject alice s3:PutObjectTagging {a}: root of the owner"),
        format!("GetObject bob s3:GetObject {a}: no resource policy allows it"),
        format!("GetObject - s3:GetObject {a}: no resource policy allows it"),
        format!("CopyObject alice s3:PutObject {b}: root of the owner"),
        format!("CopyObject alice s3:GetObject {a}: root of the owner"),
        format!("CopyObject alice s3:PutObjectTagging {b}: root of the owner"),
        format!("CopyObject alice s3:GetObjectTagging {a}: root of the owner"),
        "DeleteObjects bob s3:DeleteObject arn:aws:s3:::photos: no resource policy allows it"
            .into(),
    ];
    assert_eq!(records.take(), wanted);
}

#[test]
fn what_cannot_be_taken_down_is_not_done() {
    let (world, records) = audited();
    world.send(Ask::new("PUT", "/photos/a").body("x")).ok();
    *records.is_broken.lock().unwrap() = true;
    world.send(Ask::new("DELETE", "/photos/a")).refused(500, "InternalError");
    world.send(Ask::new("GET", "/photos/a")).refused(500, "InternalError");
    *records.is_broken.lock().unwrap() = false;
    assert_eq!(world.send(Ask::new("GET", "/photos/a")).ok().text(), "x");
}
