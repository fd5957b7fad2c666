//! What a broken decoder might do, on the order of a test: files that begin so and name a misfortune.
//! Release builds have none of it.

use std::io::Write;

const BEGINNING: &[u8] = b"cyanotype-drill:";

/// Panics, if a whole photo ends so: as a decoder might that was already at work.
pub fn while_decoding(input: &[u8]) {
    assert!(!input.ends_with(b"cyanotype-drill:panic"), "a drill");
}

/// Does what the file says, if it is a drill.
pub fn if_ordered(input: &[u8]) {
    let Some(what) = input.strip_prefix(BEGINNING) else { return };
    match what {
        b"spin" => loop {
            std::hint::black_box(());
        },
        b"abort" => std::process::abort(),
        b"overflow" => println!("{}", deeper(0)),
        b"memory" => hoard(),
        b"exit" => std::process::exit(0),
        // Each of these must not succeed; where it does, the child says so by living on.
        b"file" => end_unless(std::fs::File::open("/etc/hostname").is_ok()),
        b"folder" => end_unless(std::fs::create_dir("/tmp/cyanotype-drill").is_ok()),
        b"network" => end_unless(std::net::TcpStream::connect(("127.0.0.1", 9)).is_ok_and(|_| true)),
        b"socket" => end_unless(std::net::UdpSocket::bind(("127.0.0.1", 0)).is_ok()),
        b"process" => end_unless(std::process::Command::new("/bin/true").status().is_ok()),
        _ => {}
    }
}

fn end_unless(allowed: bool) {
    if !allowed {
        std::process::exit(3);
    }
}

fn deeper(depth: u64) -> u64 {
    let here = std::hint::black_box([depth; 64]);
    if depth == u64::MAX { 0 } else { deeper(depth + 1) + here[0] }
}

/// What is bounded is how much is asked for: it need not be touched, which takes long on a machine that is busy.
fn hoard() {
    let mut all: Vec<Vec<u8>> = Vec::new();
    loop {
        all.push(vec![0; 64 << 20]);
        let _ = std::io::stderr().flush();
        std::hint::black_box(&all);
    }
}
