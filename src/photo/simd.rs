//! What the processor can do beyond the least that it must, found out while running: the one door from
//! plain code to code compiled for more. Each kernel has a plain version, which gives the same bits.

#![allow(unsafe_code, reason = "code for a processor that can more than the least must be entered by a promise")]

#[cfg(target_arch = "x86_64")]
pub(crate) mod x86;

/// Whether the vector kernels can run.
#[cfg(target_arch = "x86_64")]
#[inline]
fn wide() -> bool {
    use std::arch::is_x86_feature_detected as has;
    has!("avx2") && has!("bmi1") && has!("bmi2") && has!("lzcnt") && has!("popcnt")
}

/// Whether the vector kernels run here.
#[cfg(feature = "turbo")]
pub(crate) fn runs_vectors() -> bool {
    #[cfg(target_arch = "x86_64")]
    return wide();
    #[cfg(not(target_arch = "x86_64"))]
    return false;
}

/// Runs `work` compiled for all that this processor can do; `work` must be inlined to gain from it.
#[inline(always)]
pub(crate) fn widest<T>(work: impl FnOnce() -> T) -> T {
    #[cfg(target_arch = "x86_64")]
    if wide() {
        // SAFETY: `wide` found every feature that the function is compiled for.
        return unsafe { with_avx2(work) };
    }
    work()
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2,bmi1,bmi2,lzcnt,popcnt")]
fn with_avx2<T>(work: impl FnOnce() -> T) -> T {
    work()
}

/// Calls the vector version of a kernel where it can run, else the plain one.
macro_rules! kernel {
    ($vector:path, $plain:path, $($argument:expr),+) => {{
        #[cfg(target_arch = "x86_64")]
        if $crate::simd::wide() {
            // SAFETY: `wide` found every feature that the function is compiled for.
            return unsafe { $vector($($argument),+) };
        }
        $plain($($argument),+)
    }};
}

pub(crate) mod kernels;
