//! A page that shows running trainings.

mod assets;
mod file;
mod layers;
mod record;
mod recorder;
mod routes;
mod run;
mod thinned;
mod token;

use std::sync::{Arc, Mutex};

use self::record::Shared;
use self::routes::respond;
pub use self::run::Run;
use crate::{Error, LocalServer};

/// A page in the browser that shows trainings while they run: loss, metrics, learning rate, the sizes of δ and of the
/// gradients of each layer, and time, for several runs side by side.
///
/// A [`Run`] is the callback of a [`Fit`](brique_train::Fit). The training sends numbers to the page and never waits for
/// it. A run can be stopped from the page. The network gets its best parameters back if the fit has
/// [`keep_best`](brique_train::Fit::keep_best).
///
/// ```
/// use brique_datasets::line;
/// use brique_layers::{Init, Linear};
/// use brique_losses::MSELoss;
/// use brique_optim::SGD;
/// use brique_page::Dashboard;
/// use brique_random::portable;
/// use brique_train::Fit;
///
/// let dashboard = Dashboard::new()?;
/// println!("{}", dashboard.address()); // open it in a browser
///
/// let mut rng = portable(1);
/// let data = line(&mut rng);
/// let mut network: Linear = Linear::new(1, 1, Init::PyTorch, &mut rng)?;
/// let run = dashboard.run("line");
/// let fit = run.watch(Fit::new(30, 20).keep_best());
/// let history = fit.run(&mut network, &MSELoss::new(), &mut SGD::new(0.01)?, &data)?;
/// # assert_eq!(history.epochs().len(), 30);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Who can see it
///
/// Only programs on this machine that know the token in the [`address`](Self::address); [`LocalServer`] says which
/// requests are refused besides. The page loads nothing from elsewhere. The token has 128 bits from the operating
/// system. Unlike all other random numbers of the library, it does not come from a generator that the caller passes: a
/// token that can be repeated can be guessed. No result depends on it.
///
/// # What it costs
///
/// At most about 2 % of the time of a step, also of a very short one. Each step reads one flag. About five times a second,
/// and after each epoch, numbers are copied under a lock that the server holds for microseconds; if the server holds it
/// at that moment, they are copied later. The sizes of δ and of gradients are computed for this, with pauses of 250
/// times the time that they take. Of more than 1000 epochs, the page shows every second one, of more
/// than 2000, every fourth, and so on; [`History`](brique_train::History) has all of them. The training has the same
/// bits with the dashboard and without.
///
/// The server ends when the dashboard is dropped. A page that is open still shows what it has received.
#[derive(Debug)]
pub struct Dashboard {
    runs: Arc<Runs>,
    token: String,
    server: LocalServer,
}

/// The runs, in the order in which they were made.
type Runs = Mutex<Vec<Arc<Shared>>>;

impl Dashboard {
    /// Starts a dashboard on a port that the operating system chooses.
    ///
    /// # Errors
    ///
    /// If the operating system has no port or no random numbers.
    pub fn new() -> Result<Self, Error> {
        Self::on(0, Arc::default(), token::random()?)
    }

    /// Moves the dashboard to this port.
    ///
    /// # Errors
    ///
    /// If the port is in use or not allowed. The error names it.
    pub fn port(self, port: u16) -> Result<Self, Error> {
        Self::on(port, self.runs, self.token)
    }

    fn on(port: u16, runs: Arc<Runs>, token: String) -> Result<Self, Error> {
        let (known, expected) = (Arc::clone(&runs), token.clone());
        let server = LocalServer::start(port, move |request| respond(request, &known, &expected))?;
        Ok(Self { runs, token, server })
    }

    /// Returns the address of the page, with the token: `http://127.0.0.1:40123/?token=…`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("http://127.0.0.1:{}/?token={}", self.server.port(), self.token)
    }

    /// Adds a run. Names need not differ.
    #[must_use]
    pub fn run(&self, name: impl Into<String>) -> Run {
        let run = Run::new(name.into());
        record::lock(&self.runs).push(Arc::clone(run.shared()));
        run
    }
}
