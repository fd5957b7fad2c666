//! Locks a child in: bounded memory and time, no files, no network, no other programs. On systems
//! other than Linux the bounds hold and the rest is left open.

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};

/// Bytes of address space: twice what the largest photo allowed by the default limits needs.
const MEMORY: u64 = 3 << 29;

/// Takes away everything a decoder does not need. To be called before anything from outside is read.
///
/// # Errors
/// Where the system has the means and refuses to use them.
pub fn lock_in() -> Result<(), Box<dyn std::error::Error>> {
    bound(Resource::As, MEMORY)?;
    bound(Resource::Core, 0)?;
    bound(Resource::Fsize, 0)?;
    bound(Resource::Nofile, 8)?;
    #[cfg(target_os = "linux")]
    {
        bound(Resource::Nproc, 0)?;
        linux::no_files_no_network()?;
        linux::few_system_calls()?;
    }
    Ok(())
}

fn bound(resource: Resource, most: u64) -> rustix::io::Result<()> {
    // Never above what the whole server is held to.
    let most = getrlimit(resource).maximum.map_or(most, |allowed| allowed.min(most));
    setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })
}

/// From now on, at most so many more seconds of processor time, and at least one; then the system ends
/// the process. It counts whole seconds.
pub fn allow_time(seconds: u64) {
    let used = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime).tv_sec;
    let until = u64::try_from(used).unwrap_or(0) + seconds.max(2);
    let hard = getrlimit(Resource::Cpu).maximum;
    let until = hard.map_or(until, |hard| hard.min(until));
    // Where it cannot be set, the server's own clock still ends the child.
    let _ = setrlimit(Resource::Cpu, Rlimit { current: Some(until), maximum: hard });
}

#[cfg(target_os = "linux")]
mod linux {
    use landlock::{ABI, Access, AccessFs, AccessNet, CompatLevel, Compatible, Ruleset, RulesetAttr, RulesetError};
    use seccompiler::{
        BpfProgram, SeccompAction, SeccompCmpArgLen, SeccompCmpOp, SeccompCondition, SeccompFilter, SeccompRule,
    };
    use std::collections::BTreeMap;

    /// Landlock, as much of it as the kernel has: a rule set that allows nothing.
    pub fn no_files_no_network() -> Result<(), RulesetError> {
        let newest = ABI::V5;
        Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(newest))?
            .handle_access(AccessNet::from_all(newest))?
            .create()?
            .restrict_self()?;
        Ok(())
    }

    /// What a decoder with its memory and two pipes needs. Anything else answers "not permitted".
    pub fn few_system_calls() -> Result<(), Box<dyn std::error::Error>> {
        const ALLOWED: &[i64] = &[
            libc::SYS_read,
            libc::SYS_write,
            libc::SYS_readv,
            libc::SYS_writev,
            libc::SYS_close,
            libc::SYS_munmap,
            libc::SYS_mremap,
            libc::SYS_madvise,
            libc::SYS_brk,
            libc::SYS_futex,
            libc::SYS_clock_gettime,
            libc::SYS_getrandom,
            libc::SYS_rt_sigaction,
            libc::SYS_rt_sigprocmask,
            libc::SYS_rt_sigreturn,
            libc::SYS_sigaltstack,
            libc::SYS_restart_syscall,
            libc::SYS_sched_yield,
            libc::SYS_sched_getaffinity,
            libc::SYS_getpid,
            libc::SYS_gettid,
            libc::SYS_tgkill,
            libc::SYS_prlimit64,
            libc::SYS_exit,
            libc::SYS_exit_group,
        ];
        let mut rules: BTreeMap<i64, Vec<SeccompRule>> = ALLOWED.iter().map(|call| (*call, Vec::new())).collect();
        // Memory, but none that can be run.
        for call in [libc::SYS_mmap, libc::SYS_mprotect] {
            let not_executable = SeccompCondition::new(
                2,
                SeccompCmpArgLen::Dword,
                SeccompCmpOp::MaskedEq(u64::from(libc::PROT_EXEC.unsigned_abs())),
                0,
            )?;
            rules.insert(call, vec![SeccompRule::new(vec![not_executable])?]);
        }
        let refused = SeccompAction::Errno(libc::EPERM.unsigned_abs());
        let filter = SeccompFilter::new(rules, refused, SeccompAction::Allow, std::env::consts::ARCH.try_into()?)?;
        let program: BpfProgram = filter.try_into()?;
        match seccompiler::apply_filter(&program) {
            // A kernel built without it: the rest still holds.
            Err(seccompiler::Error::Seccomp(error)) if error.raw_os_error() == Some(libc::EINVAL) => Ok(()),
            other => Ok(other?),
        }
    }
}
