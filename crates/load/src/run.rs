//! A run: the bucket, the prepared objects, rounds in turns, and what is removed again.

use crate::bodies::Bodies;
use crate::connection::Connection;
use crate::endpoint_load::{EndpointLoad, PREPARED};
use crate::machine::{self, reactor};
use crate::plan::{Endpoint, Operation, Plan};
use crate::process::Usage;
use crate::report::Report;
use crate::request::Request;
use crate::round::round;
use crate::stop::Stop;
use crate::worker::{PAGE_KEYS, Worker, delete_many, succeeded};
use larder_client::Expect;
use larder_digest::sha256;
use larder_types::hex;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::{JoinSet, LocalSet};

/// An endpoint and what is stored there.
struct Side {
    shared: Arc<EndpointLoad>,
    /// How many prepared objects there are.
    prepared: u64,
    own: Vec<(u64, u64)>,
}

/// Runs the plan against one endpoint, or against two in turns.
///
/// # Errors
/// One line: an endpoint that refuses what a run needs (errors of measured requests are counted),
/// and a signal, behind which all that was put is removed as at a run's end.
pub fn run(plan: &Plan, endpoints: &[Endpoint]) -> Result<Report, String> {
    let piece_bytes = match plan.operation {
        Operation::Multipart => plan.part_bytes as usize,
        _ => usize::MAX,
    };
    let bodies = Arc::new(Bodies::new(plan, piece_bytes));
    let plan = Arc::new(plan.clone());
    let now = machine::since_epoch();
    let name = format!("larder-bench-{:x}-{}", now.as_millis(), std::process::id());
    let stop = Stop::at_a_signal()?;
    let mut sides = Vec::new();
    for (n, endpoint) in endpoints.iter().enumerate() {
        if let Some(pid) = endpoint.pid {
            Usage::read(&pid.to_string())?;
        }
        let shared = EndpointLoad {
            plan: plan.clone(),
            bodies: bodies.clone(),
            endpoint: endpoint.clone(),
            prefix: format!("{name}-{n}/"),
            deleted: AtomicU64::new(0),
            stop: stop.clone(),
        };
        let own = vec![(0, 0); plan.connections];
        sides.push(Side { shared: Arc::new(shared), prepared: 0, own });
    }
    let outcome = rounds(&plan, &mut sides);
    let mut errors = Vec::new();
    for side in sides.iter().filter(|_| !plan.keep) {
        let removed = side.remove().map_err(|error| {
            format!("removing {} of {}: {error}", side.shared.prefix, side.shared.plan.bucket)
        });
        errors.extend(removed.err());
    }
    match outcome {
        Ok(report) if errors.is_empty() => Ok(report),
        // What went wrong first comes first.
        outcome => Err(outcome.err().into_iter().chain(errors).collect::<Vec<_>>().join("; ")),
    }
}

fn rounds(plan: &Plan, sides: &mut [Side]) -> Result<Report, String> {
    for side in sides.iter() {
        let host = &side.shared.endpoint.host;
        side.make_bucket().map_err(|error| format!("{host}: bucket {}: {error}", plan.bucket))?;
    }
    let mut report = Report::new(plan, sides.iter().map(|side| side.shared.endpoint.clone()));
    for n in 0..plan.rounds {
        let mut order: Vec<usize> = (0..sides.len()).collect();
        // Who is first in one round is last in the next.
        if n % 2 == 1 {
            order.reverse();
        }
        for index in order {
            let side = &mut sides[index];
            side.prepare()?;
            report.add(index, round(&side.shared, &mut side.own)?);
            side.shared.stop.check()?;
        }
    }
    Ok(report)
}

impl Side {
    fn make_bucket(&self) -> Result<(), String> {
        let target = format!("/{}", self.shared.plan.bucket);
        let mut connection = Connection::new(self.shared.clone());
        reactor()?.block_on(async {
            let head = Request::bare("HEAD", target.clone());
            let answer = connection.ask(&head, Expect::Any).await?;
            if answer.status != 404 {
                return match succeeded(Ok(answer)) {
                    Err(error) if error == "403" => {
                        Err("403: are --access-key, --secret-key and --region right?".to_owned())
                    }
                    other => other.map(|_| ()),
                };
            }
            let region = &self.shared.plan.region;
            let body = match region.as_str() {
                "us-east-1" => String::new(),
                region => format!(
                    "<CreateBucketConfiguration><LocationConstraint>{region}\
                     </LocationConstraint></CreateBucketConfiguration>"
                ),
            };
            let payload = &hex::encode(&sha256(body.as_bytes()));
            let body = body.as_bytes();
            let make = Request { method: "PUT", target, payload, body, md5: None };
            succeeded(connection.ask(&make, Expect::Any).await).map(|_| ())
        })
    }

    /// Puts the objects that the operation needs, over all connections.
    fn prepare(&mut self) -> Result<(), String> {
        let plan = self.shared.plan.clone();
        let gone = plan.operation.uses_up_objects() && self.prepared > 0;
        if !plan.operation.needs_objects() || (self.prepared > 0 && !gone) {
            return Ok(());
        }
        self.shared.deleted.store(0, Ordering::Relaxed);
        let next = Arc::new(AtomicU64::new(0));
        let prepared = LocalSet::new().block_on(&reactor()?, async {
            let mut connections = JoinSet::<Result<(), String>>::new();
            for _ in 0..plan.connections {
                let mut worker = Worker::new(self.shared.clone(), PREPARED, (0, 0));
                let (next, plan) = (next.clone(), plan.clone());
                connections.spawn_local(async move {
                    while !worker.is_stopped() {
                        let n = next.fetch_add(1, Ordering::Relaxed);
                        if n >= plan.objects {
                            break;
                        }
                        worker.put(PREPARED, plan.prepared(n)).await?;
                    }
                    Ok(())
                });
            }
            while let Some(ended) = connections.join_next().await {
                ended.map_err(|error| format!("a connection's task: {error}"))??;
            }
            Ok::<(), String>(())
        });
        // Never fewer: of an earlier round's some may still be there.
        self.prepared = self.prepared.max(next.load(Ordering::Relaxed).min(plan.objects));
        self.shared.stop.check()?;
        let host = &self.shared.endpoint.host;
        prepared.map_err(|error| format!("{host}: preparing objects: {error}"))
    }

    /// Removes all that the run may have put.
    fn remove(&self) -> Result<(), String> {
        let plan = &self.shared.plan;
        let prepared = (0..self.prepared).map(|n| (PREPARED, plan.prepared(n)));
        let spaces = self.own.iter().enumerate();
        let own = spaces.flat_map(|(n, (from, end))| {
            (*from..*end).map(move |number| (PREPARED + 1 + n, number))
        });
        let mut keys = prepared.chain(own).peekable();
        let mut connection = Connection::new(self.shared.clone());
        let runtime = reactor()?;
        while keys.peek().is_some() {
            let some = keys.by_ref().take(PAGE_KEYS as usize);
            runtime.block_on(delete_many(&mut connection, &self.shared, some))?;
        }
        Ok(())
    }
}
