//! Child processes: started, watched, read and, past their time limit, ended.

use std::io::{BufRead, BufReader, PipeReader};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a child that was asked to stop may take to clean up.
const STOP_GRACE: Duration = Duration::from_secs(20);
const POLL: Duration = Duration::from_millis(50);

/// `program` with `args`, run in the workspace's root.
pub fn command(program: &str, args: &[&str]) -> Command {
    let mut command = Command::new(program);
    command.args(args).current_dir(crate::root());
    command
}

/// The cargo that runs this tool.
pub fn cargo(args: &[&str]) -> Command {
    command(&std::env::var("CARGO").unwrap_or("cargo".to_string()), args)
}

/// Runs a command that shares this terminal.
///
/// # Errors
/// It cannot be started or it fails; the message holds the command line.
pub fn run(mut command: Command) -> Result<(), String> {
    let line = display(&command);
    println!("\n> {line}");
    match command.status() {
        Ok(status) if status.success() => Ok(()),
        Ok(status) => Err(format!("`{line}`: {status}")),
        Err(error) => Err(format!("`{line}`: {error}")),
    }
}

/// Runs a command and returns what it printed on stdout.
///
/// # Errors
/// It cannot be started or it fails.
pub fn output(mut command: Command) -> Result<String, String> {
    let line = display(&command);
    let failed = |error: String| format!("`{line}`: {error}");
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(output.status.to_string()));
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}

/// Whether a command can be started and succeeds; what it prints is dropped.
pub fn succeeds(mut command: Command) -> bool {
    let quiet = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    quiet.status().is_ok_and(|status| status.success())
}

/// Runs a command, passes each line of its stdout and stderr on, in the order written, and hands it
/// to `on_line` as well. A command that outlives `limit` is interrupted, then killed.
///
/// # Errors
/// It cannot be started, or it ran out of time.
pub fn watch(
    mut command: Command,
    limit: Duration,
    on_line: impl FnMut(&str) + Send + 'static,
) -> Result<ExitStatus, String> {
    let line = display(&command);
    println!("\n> {line}");
    let failed = |error: std::io::Error| format!("`{line}`: {error}");
    let (reader, writer) = std::io::pipe().map_err(failed)?;
    command.stdin(Stdio::null()).stdout(writer.try_clone().map_err(failed)?).stderr(writer);
    let mut child = command.spawn().map_err(failed)?;
    // The command holds the pipe's writing ends; the reader sees the end only once they are closed.
    drop(command);
    let printer = thread::spawn(move || pass_on(reader, on_line));
    let status = wait(&mut child, limit);
    let timed_out = status.is_none();
    let status = match status {
        Some(status) => status,
        None => stop(&mut child).map_err(failed)?,
    };
    // A grandchild that outlived a killed child would hold the pipe open for ever.
    let patience = Instant::now() + STOP_GRACE;
    while !printer.is_finished() && Instant::now() < patience {
        thread::sleep(POLL);
    }
    if timed_out {
        return Err(format!("`{line}`: not done after {} s", limit.as_secs()));
    }
    Ok(status)
}

fn pass_on(reader: PipeReader, mut on_line: impl FnMut(&str)) {
    let mut reader = BufReader::new(reader);
    let mut line = Vec::new();
    while reader.read_until(b'\n', &mut line).is_ok_and(|length| length > 0) {
        let text = String::from_utf8_lossy(&line);
        print!("{text}");
        on_line(text.trim_end());
        line.clear();
    }
}

fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + limit;
    while Instant::now() < end {
        if let Ok(Some(status)) = child.try_wait() {
            return Some(status);
        }
        thread::sleep(POLL);
    }
    None
}

/// An interrupt first: the test runner then stops the servers that it started.
fn stop(child: &mut Child) -> std::io::Result<ExitStatus> {
    let id = child.id().to_string();
    succeeds(command("kill", &["-INT", &id]));
    if let Some(status) = wait(child, STOP_GRACE) {
        return Ok(status);
    }
    child.kill()?;
    child.wait()
}

fn display(command: &Command) -> String {
    let root = crate::root();
    let mut words = vec![command.get_program().to_string_lossy().into_owned()];
    words.extend(command.get_args().map(|arg| arg.to_string_lossy().into_owned()));
    words.join(" ").replace(&format!("{}/", root.display()), "")
}
