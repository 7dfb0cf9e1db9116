//! What was compiled in, for the assertion at build and at load: a feature that cannot be built is dropped in silence.

use napi_derive::napi;

use crate::rk;

#[napi(object)]
pub struct EngineInfo {
    pub version: String,
    pub version_number: i32,
    pub features: String,
}

#[napi]
pub fn engine_info() -> EngineInfo {
    let (version_number, version, features) = rk::version();
    EngineInfo { version, version_number, features }
}
