//! OAUTHBEARER tokens on their way from JavaScript to librdkafka, the same for all clients that take them. JavaScript pushes a token when it has one
//! (src/engine/oauth-tokens.ts); librdkafka's own requests for one are left unanswered, so that nothing here ever waits for JavaScript.

use napi::bindgen_prelude::*;
use napi_derive::napi;

use crate::admin::NativeAdmin;
use crate::consumer::NativeConsumer;
use crate::producer::NativeProducer;
use crate::rk::OauthToken;

macro_rules! take_tokens {
    ($($client:ident),+) => {$(
        #[napi]
        impl $client {
            #[napi]
            pub fn set_oauth_token(&self, token: OauthToken) -> Result<()> {
                self.client()?.set_oauth_token(&token).map_err(|f| f.to_js())
            }

            #[napi]
            pub fn oauth_token_failed(&self, reason: String) -> Result<()> {
                self.client()?.oauth_token_failed(&reason).map_err(|f| f.to_js())
            }
        }
    )+};
}

take_tokens!(NativeConsumer, NativeProducer, NativeAdmin);
