//! Points at which a test can make the process die, as `kill -9` would, to prove that nothing
//! accepted is lost. Release builds have none of it.

/// Dies here if `CYANOTYPE_FAULT` counts down to this point.
///
/// `CYANOTYPE_FAULT=n` ends the process at the n-th point it passes, whichever that is, so that a
/// test can walk through all of them.
#[inline]
pub fn point(name: &str) {
    #[cfg(debug_assertions)]
    armed::pass(name);
    #[cfg(not(debug_assertions))]
    let _ = name;
}

/// Name of the variable that arms the points; not a setting.
pub const VARIABLE: &str = "CYANOTYPE_FAULT";

#[cfg(debug_assertions)]
mod armed {
    use std::sync::LazyLock;
    use std::sync::atomic::{AtomicI64, Ordering};

    static LEFT: LazyLock<AtomicI64> = LazyLock::new(|| {
        AtomicI64::new(std::env::var(super::VARIABLE).ok().and_then(|v| v.parse().ok()).unwrap_or(i64::MAX))
    });

    pub fn pass(name: &str) {
        if LEFT.fetch_sub(1, Ordering::SeqCst) == 1 {
            eprintln!("fault point reached: {name}");
            std::process::abort();
        }
    }
}
