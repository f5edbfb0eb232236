//! The suite of the seam on the reference model.

use bytes::Bytes;
use larder_storage::model::Model;
use larder_storage::{
    Batch, Consumer, Delivery, Enqueue, MarkError, MetaStore, PartitionId, RowKind, SpaceId,
    conformance,
};
use std::pin::pin;
use std::task::{Context, Poll, Waker};

/// The model never waits for anything.
fn run<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("the model waits"),
    }
}

#[test]
fn the_model_conforms() {
    run(conformance::run(&Model::new()));
    run(conformance::run(&Model::with_partitions(3)));
}

#[test]
fn a_mark_only_moves_on() {
    let model = Model::new();
    let (queue, partition) = (RowKind::Outbox, PartitionId(0));
    let add = |value: &'static [u8]| {
        let (key, value) = (Bytes::from_static(b"k"), Bytes::from_static(value));
        let row = Enqueue { space: SpaceId(1), key, queue, due_ms: 0, value };
        run(model.commit(Batch { enqueues: vec![row], ..Batch::default() })).expect("a commit");
    };
    let open = || run(Consumer::open(&model, "events", queue, partition)).expect("a mark");
    let next = |consumer: &Consumer| run(consumer.next(&model, 1)).expect("a read");
    let first = |delivery: &Delivery| delivery.rows()[0].stored.value.clone();
    ["1", "2", "3"].iter().for_each(|value| add(value.as_bytes()));
    let (mut one, mut other) = (open(), open());
    let delivery = next(&one).expect("a row");
    assert_eq!((first(&delivery), first(&next(&one).expect("the same"))), ("1".into(), "1".into()));
    let late = next(&other).expect("both are shown it");
    run(one.done_with(&model, delivery)).expect("it is done with");
    let delivery = next(&one).expect("a row");
    assert_eq!(first(&delivery), "2");
    run(one.done_with(&model, delivery)).expect("it is done with");
    assert_eq!(run(other.done_with(&model, late)), Err(MarkError::Overtaken), "not back again");
    let mut anew = open();
    let delivery = next(&anew).expect("a row");
    assert_eq!(first(&delivery), "3", "nothing before the mark comes again");
    run(anew.done_with(&model, delivery)).expect("it is done with");
    assert!(next(&open()).is_none() && next(&anew).is_none());
    let other_name = run(Consumer::open(&model, "replication", queue, partition)).expect("none");
    assert_eq!(first(&next(&other_name).expect("a row")), "1", "each has a mark of its own");
}
