//! The crash sweep: small workloads, cut at every one of their syncs.

use crate::plan::{End, Plan, Round, Rounds, Weather};
use crate::run::{Failure, Outcome, run};
use crate::workloads::Workload;

/// Operations before and behind the cut.
const OPERATIONS: (u64, u64) = (40, 20);

fn round(operations: u64, end: End) -> Round {
    Round {
        operations,
        clients: 3,
        pace_us: 0,
        weather: Weather::Clear,
        impatient: false,
        clock: false,
        end,
        rough_start: false,
        deep: true,
    }
}

fn plan(seed: u64, workload: &'static Workload, end: End) -> Plan {
    let rounds = vec![round(OPERATIONS.0, end), round(OPERATIONS.1, End::CutIdle)];
    Plan { seed, workload, rounds: Rounds::Given(rounds), ends_empty: false }
}

/// Cuts a small run of `workload` at each of its syncs. `ran` takes what each run did.
pub fn sweep(
    seed: u64,
    workload: &'static Workload,
    ran: &mut dyn FnMut(Outcome),
) -> Result<u64, (Failure, u64)> {
    let whole = run(&plan(seed, workload, End::Quiet), &mut |_| {}).map_err(|f| (f, 0))?;
    let syncs = whole.first_round_syncs;
    ran(whole);
    for sync in 1..=syncs {
        ran(cut_at(seed, workload, sync).map_err(|failure| (failure, sync))?);
    }
    Ok(syncs)
}

/// One run of the sweep.
pub fn cut_at(seed: u64, workload: &'static Workload, sync: u64) -> Result<Outcome, Failure> {
    run(&plan(seed, workload, End::CutAtSync(sync)), &mut |_| {})
}
