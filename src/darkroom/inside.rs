//! What runs in a child: one order after the other, until the pipe ends.

use super::sandbox;
use super::wire::{Copied, GO, MOST_JSON, Made, Order, Reply, Task};
use crate::photo::{self, PhotoError};
use std::any::Any;
use std::error::Error;
use std::io::{self, Read, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::process::ExitCode;

/// The argument with which the program is a child; for nobody to type.
pub const ARGUMENT: &str = "develop-photos";

/// Runs as a child.
pub fn run() -> ExitCode {
    if let Err(error) = sandbox::lock_in() {
        // Nobody reads it: a child that cannot be locked in is not used.
        eprintln!("cyanotype: {error}");
        return ExitCode::FAILURE;
    }
    let (mut from, mut to) = (io::stdin().lock(), io::stdout().lock());
    while let Ok(Some(order)) = read_order(&mut from) {
        if serve(&order, &mut from, &mut to).is_err() {
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn read_order(from: &mut impl Read) -> io::Result<Option<Order>> {
    let mut length = [0; 4];
    match from.read_exact(&mut length) {
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
        other => other?,
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > MOST_JSON {
        return Err(io::Error::other("an order too long"));
    }
    let mut json = vec![0; length];
    from.read_exact(&mut json)?;
    Ok(Some(serde_json::from_slice(&json)?))
}

fn serve(order: &Order, from: &mut impl Read, to: &mut impl Write) -> io::Result<()> {
    sandbox::allow_time(order.seconds);
    let mut length = [0; 8];
    from.read_exact(&mut length)?;
    let length = usize::try_from(u64::from_le_bytes(length)).unwrap_or(usize::MAX);
    // What is too large is not even held.
    if length > order.limits.max_bytes {
        io::copy(&mut from.take(length as u64), &mut io::sink())?;
        let error = PhotoError::TooManyBytes { size: length, limit: order.limits.max_bytes };
        return answer(to, &refused(&error), &[]);
    }
    let mut input = vec![0; length];
    from.read_exact(&mut input)?;
    #[cfg(debug_assertions)]
    super::drill::if_ordered(&input);
    let probe = match photo::probe(&input, &order.limits) {
        Ok(probe) => probe,
        Err(error) => return answer(to, &refused(&error), &[]),
    };
    answer(to, &Reply::Weighed { memory: probe.memory() + length as u64 }, &[])?;
    let mut go = [0];
    from.read_exact(&mut go)?;
    if go != [GO] {
        return Err(io::Error::other("an order taken back"));
    }
    match catch_unwind(AssertUnwindSafe(|| make(order, &input))) {
        Ok(Ok(mut made)) => {
            let blobs: Vec<Vec<u8>> = made.blobs().into_iter().map(std::mem::take).collect();
            let lengths = blobs.iter().map(|blob| blob.len() as u64).collect();
            answer(to, &Reply::Done { made, lengths }, &blobs)
        }
        Ok(Err(error)) => answer(to, &refused(&error), &[]),
        Err(panic) => {
            let why = "could not be read: the file is damaged".to_owned();
            answer(to, &Reply::Refused { why, cause: format!("panic: {}", words(&*panic)), ours: false }, &[])
        }
    }
}

fn make(order: &Order, input: &[u8]) -> Result<Made, PhotoError> {
    #[cfg(debug_assertions)]
    super::drill::while_decoding(input);
    let limits = &order.limits;
    match order.task {
        Task::Process { recipe } => {
            photo::process_by(input, limits, recipe).map(|derived| Made::Photo(Box::new(derived)))
        }
        Task::Avatar { side } => photo::avatar(input, limits, side).map(Made::Picture),
        Task::Fit { max_width } => photo::fit(input, limits, max_width).map(Made::Picture),
        Task::Emblem { side } => {
            let photo::Emblem { width, height, bytes } = photo::emblem(input, limits, side)?;
            Ok(Made::Copied(Copied { format: photo::Format::Png, width, height, bytes }))
        }
        Task::Strip => {
            let (bytes, probe) = (photo::stripped(input, limits)?, photo::probe(input, limits)?);
            let (width, height) = probe.upright_size();
            Ok(Made::Copied(Copied { format: probe.format, width, height, bytes }))
        }
        Task::Animation => Ok(match photo::animation(input, limits)? {
            Some(photo::Animation { format, width, height, bytes, .. }) => {
                Made::Copied(Copied { format, width, height, bytes })
            }
            None => Made::Nothing,
        }),
    }
}

fn answer(to: &mut impl Write, reply: &Reply, blobs: &[Vec<u8>]) -> io::Result<()> {
    let json = serde_json::to_vec(reply)?;
    to.write_all(&u32::try_from(json.len()).unwrap_or(u32::MAX).to_le_bytes())?;
    to.write_all(&json)?;
    for blob in blobs {
        to.write_all(blob)?;
    }
    to.flush()
}

/// A refusal with everything that lies under it, for the log.
fn refused(error: &PhotoError) -> Reply {
    let mut cause = String::new();
    let mut below = error.source();
    while let Some(error) = below {
        cause += &format!("{}{error}", if cause.is_empty() { "" } else { ": " });
        below = error.source();
    }
    Reply::Refused { why: error.to_string(), cause, ours: matches!(error, PhotoError::Broken(_)) }
}

fn words(panic: &(dyn Any + Send)) -> &str {
    panic.downcast_ref::<&str>().copied().or(panic.downcast_ref::<String>().map(String::as_str)).unwrap_or("no words")
}
