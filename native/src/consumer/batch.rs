//! A batch on its way into V8's memory: the bytes are copied once, straight into the Buffer that JavaScript gets.

use napi::bindgen_prelude::*;
use phq_kafka_core::lanes::Handout;
use phq_kafka_core::row;

pub struct Batch(pub Handout);

impl TypeName for Batch {
    fn type_name() -> &'static str {
        "NativeBatch"
    }
    fn value_type() -> ValueType {
        ValueType::Object
    }
}

impl ToNapiValue for Batch {
    // SAFETY: called by napi-rs alone, with the environment of the call under way
    unsafe fn to_napi_value(raw: napi::sys::napi_env, Batch(handout): Batch) -> Result<napi::sys::napi_value> {
        let env = Env::from_raw(raw);
        let (size, count) = (handout.bytes(), handout.count());
        let (mut data, mut slab) = (std::ptr::null_mut(), std::ptr::null_mut());
        // SAFETY: `raw` is the environment that this call was made in
        napi::check_status!(unsafe { napi::sys::napi_create_buffer(raw, size, &mut data, &mut slab) })?;
        let mut rows = Vec::with_capacity(count * row::STRIDE);
        if size == 0 {
            handout.fill(&mut [], &mut rows);
        } else {
            // SAFETY: the Buffer has `size` bytes and nobody else sees it yet
            handout.fill(unsafe { std::slice::from_raw_parts_mut(data.cast(), size) }, &mut rows);
        }
        let mut o = Object::new(&env)?;
        o.set("id", handout.id)?;
        o.set("count", count as u32)?;
        // SAFETY: the Buffer that was just made in this environment
        o.set("slab", unsafe { Unknown::from_napi_value(raw, slab) }?)?;
        o.set("rows", Float64ArraySlice::copy_from(&env, rows)?)?;
        // SAFETY: as above
        unsafe { Object::to_napi_value(raw, o) }
    }
}
