//! The suite of the seam on the reference model.

use larder_storage::conformance;
use larder_storage::model::Model;
use std::pin::pin;
use std::task::{Context, Poll, Waker};

#[test]
fn the_model_conforms() {
    let model = Model::new();
    let run = pin!(conformance::run(&model));
    // The model never waits for anything.
    let polled = run.poll(&mut Context::from_waker(Waker::noop()));
    assert_eq!(polled, Poll::Ready(()));
}
