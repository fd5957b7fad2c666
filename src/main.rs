//! The `cyanotype` command.

fn main() -> std::process::ExitCode {
    cyanotype::cli::main()
}
