//! Which servers run over a data folder. Each holds a file of its own in `servers/`, in which stands where it puts
//! media; the system lets go of it with the process, however that ends.

use crate::app::App;
use crate::blob::Place;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::PathBuf;

/// This server runs over the folder, as long as this lives.
#[derive(Debug)]
pub struct Serving {
    /// Held.
    _file: File,
    /// Nobody else did when it began.
    pub alone: bool,
}

/// Notes that a server begins. One at a time is asked whether it is alone.
pub fn begin(app: &App) -> io::Result<Serving> {
    let folder = folder(app);
    DirBuilder::new().recursive(true).mode(0o700).create(&folder)?;
    let one_by_one = written(&folder.join("begin"))?;
    one_by_one.lock()?;
    let mut alone = true;
    for (path, file) in others(app)? {
        match file.try_lock() {
            // Its server is gone.
            Ok(()) => fs::remove_file(path)?,
            Err(_) => alone = false,
        }
    }
    let mut file = written(&folder.join(&app.holder).with_extension("server"))?;
    file.lock()?;
    writeln!(file, "{}", app.blobs.place())?;
    Ok(Serving { _file: file, alone })
}

/// Whether a server that runs over this folder puts media there.
pub fn puts_into(app: &App, place: Place) -> io::Result<bool> {
    for (path, file) in others(app)? {
        if file.try_lock().is_err() && fs::read_to_string(path)?.trim() == place.as_str() {
            return Ok(true);
        }
    }
    Ok(false)
}

fn folder(app: &App) -> PathBuf {
    app.settings.data_dir.join("servers")
}

fn others(app: &App) -> io::Result<Vec<(PathBuf, File)>> {
    let entries = match fs::read_dir(folder(app)) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let paths = entries.flatten().map(|entry| entry.path());
    let paths = paths.filter(|path| path.extension().is_some_and(|end| end == "server"));
    Ok(paths.filter_map(|path| File::open(&path).ok().map(|file| (path, file))).collect())
}

fn written(path: &std::path::Path) -> io::Result<File> {
    OpenOptions::new().create(true).truncate(false).write(true).mode(0o600).open(path)
}
