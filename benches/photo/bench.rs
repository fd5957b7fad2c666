//! Times the pipeline on files, for `benches/photo/run`.
//!
//!     bench ROUNDS FOLDER FILE...
//!
//! Derives every file so often, after once to warm up, and prints a line for each round: the file, CPU
//! seconds of the process, wall seconds, and bytes and size of every rendition. Writes the renditions of
//! the first round into the folder (or nothing, if it is `-`).

use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use cyanotype_photo::{Limits, process};

fn main() {
    let mut arguments = std::env::args().skip(1).filter(|argument| argument != "--bench");
    let rounds: u32 = arguments.next().and_then(|rounds| rounds.parse().ok()).unwrap_or(0);
    let folder = arguments.next().unwrap_or_else(|| "-".into());
    for file in arguments {
        for round in 0..=rounds {
            if let Err(problem) = derive(Path::new(&file), Path::new(&folder), round) {
                eprintln!("{file} {problem}");
                std::process::exit(1);
            }
        }
    }
}

fn derive(file: &Path, folder: &Path, round: u32) -> Result<(), Box<dyn std::error::Error>> {
    let (started, spent) = (Instant::now(), cpu()?);
    let input = fs::read(file)?;
    let derived = process(&input, &Limits::default())?;
    let name = file.file_stem().unwrap_or_default().to_string_lossy();
    if folder != Path::new("-") {
        for rendition in &derived.renditions {
            fs::write(folder.join(format!("{name}-{}.jpg", rendition.role)), &rendition.bytes)?;
        }
    }
    let (cpu, wall) = (cpu()? - spent, started.elapsed());
    if round > 0 {
        let made = derived.renditions.iter().map(|r| format!("{}:{}:{}x{}", r.role, r.bytes.len(), r.width, r.height));
        let made: Vec<_> = made.collect();
        println!("{name} {:.6} {:.6} {}", cpu.as_secs_f64(), wall.as_secs_f64(), made.join(" "));
    }
    Ok(())
}

/// CPU time of all threads of this process so far.
#[cfg(target_os = "linux")]
fn cpu() -> Result<Duration, Box<dyn std::error::Error>> {
    // Nanoseconds on a processor, per thread; a thread that ended would be missing, but none does.
    let mut sum = 0;
    for task in fs::read_dir("/proc/self/task")? {
        let schedule = fs::read_to_string(task?.path().join("schedstat"))?;
        sum += schedule.split_whitespace().next().unwrap_or_default().parse::<u64>()?;
    }
    Ok(Duration::from_nanos(sum))
}

/// Elsewhere only the time on the wall is told.
#[cfg(not(target_os = "linux"))]
fn cpu() -> Result<Duration, Box<dyn std::error::Error>> {
    Ok(Duration::ZERO)
}
