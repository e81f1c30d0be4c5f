//! Runs one folder of the unit tests by itself.
#[path = "../src/http.rs"]
mod http;
#[path = "../src/psa"]
mod psa {
    mod halopsa;
}
