//! Twenty seeds and a small sweep, for every change; thousands by command.

use larder_sim::plan::{OPERATIONS, Plan};
use larder_sim::report::Report;
use larder_sim::run::{Failure, Outcome, run};
use larder_sim::sweep::sweep;
use larder_sim::workloads;

/// Seeds of each workload.
const SEEDS: u64 = 4;

fn must(result: Result<Outcome, Failure>) -> Outcome {
    result.unwrap_or_else(|failure| panic!("{failure:#?}"))
}

#[test]
fn seeds_keep_every_promise_and_every_fault_fires() {
    let mut report = Report::default();
    for workload in workloads::ALL {
        for seed in 0..SEEDS {
            let plan = Plan::draw(seed, OPERATIONS, Some(workload));
            report.add(must(run(&plan, &mut |_| {})));
        }
    }
    print!("{}", report.table());
    assert!(report.operations() >= SEEDS * workloads::ALL.len() as u64 * OPERATIONS);
    assert_eq!(report.silent_faults(), [""; 0], "a fault that never fires tests nothing");
}

#[test]
fn one_seed_replays_one_run() {
    for seed in [3, 4] {
        let plan = Plan::draw(seed, OPERATIONS, None);
        let runs = [(); 2].map(|()| must(run(&plan, &mut |_| {})));
        assert_eq!(runs[0].fingerprint, runs[1].fingerprint);
        assert_eq!(runs[0].faults, runs[1].faults);
        assert_eq!(runs[0].tally.operations, runs[1].tally.operations);
    }
}

#[test]
fn a_cut_at_every_sync_of_small_workloads_breaks_nothing() {
    let mut cuts = 0;
    for workload in workloads::ALL {
        let swept = sweep(1, workload, &mut |_| {});
        cuts += swept.unwrap_or_else(|(failure, sync)| panic!("cut at {sync}: {failure:#?}"));
    }
    assert!(cuts > 30, "the workloads sync: {cuts}");
}
