//! What one bucket name does while it is created and deleted beside writes: a write that was
//! acknowledged is in the bucket that stands, and a bucket that was deleted was empty.

use super::linearizable::Spec;
use crate::book::OpId;
use std::collections::BTreeMap;

/// A bucket that stands: its objects by key. Every creation is a new one.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Standing {
    pub(crate) created_by: OpId,
    pub(crate) objects: BTreeMap<usize, OpId>,
}

/// What clients do to a bucket's name.
#[derive(Clone, Debug)]
pub(crate) enum BucketAction {
    Create {
        op: OpId,
    },
    DeleteBucket,
    Put {
        key: usize,
        op: OpId,
    },
    Delete {
        key: usize,
    },
    Get {
        key: usize,
    },
    /// Everything in it.
    Look,
}

/// What clients see.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum BucketOutcome {
    Done,
    NoBucket,
    NotEmpty,
    /// The bucket of this creation stands already.
    Exists(OpId),
    Saw(Option<OpId>),
    Looked(Option<Standing>),
}

/// A bucket's name.
pub(crate) struct Name;

impl Spec for Name {
    type State = Option<Standing>;
    type Action = BucketAction;
    type Outcome = BucketOutcome;

    fn step(&self, state: &Self::State, action: &BucketAction) -> (Self::State, BucketOutcome) {
        let mut next = state.clone();
        if let BucketAction::Look = action {
            return (next, BucketOutcome::Looked(state.clone()));
        }
        let Some(standing) = &mut next else {
            let BucketAction::Create { op } = action else {
                return (None, BucketOutcome::NoBucket);
            };
            let standing = Standing { created_by: *op, objects: BTreeMap::new() };
            return (Some(standing), BucketOutcome::Done);
        };
        let outcome = match action {
            BucketAction::Create { .. } => BucketOutcome::Exists(standing.created_by),
            BucketAction::DeleteBucket if !standing.objects.is_empty() => BucketOutcome::NotEmpty,
            BucketAction::DeleteBucket => return (None, BucketOutcome::Done),
            BucketAction::Put { key, op } => {
                standing.objects.insert(*key, *op);
                BucketOutcome::Done
            }
            BucketAction::Delete { key } => {
                standing.objects.remove(key);
                BucketOutcome::Saw(None)
            }
            BucketAction::Get { key } => BucketOutcome::Saw(standing.objects.get(key).copied()),
            BucketAction::Look => unreachable!("answered above"),
        };
        (next, outcome)
    }

    fn agrees(&self, seen: &BucketOutcome, expected: &BucketOutcome) -> bool {
        // A reader or deleter that found the bucket sees it empty once it is deleted: it asks for
        // the key in the incarnation that it found.
        let of_the_gone = matches!(seen, BucketOutcome::Saw(None));
        seen == expected || (of_the_gone && *expected == BucketOutcome::NoBucket)
    }
}
