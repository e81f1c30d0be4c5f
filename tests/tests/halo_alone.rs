//! Runs one folder of the acceptance tests by itself.
#[path = "../acceptance/psa"]
mod psa {
    mod halopsa;
}
