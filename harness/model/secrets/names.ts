// Which names say that a secret stands behind them: keys of JSON, variables, headers, parameters of a URL.

/** At the end of a name, whatever stands before it. */
const ENDING =
  /(?:tokens?|secrets?|passw(?:or)?ds?|passwd|passphrases?|passcode|(?:api|private|access|secret|signing|encryption)[_-]?keys?|credentials?|hmac|nonces?|cookies?|authorization|jwts?)$/;
/** Too short to be looked for at the end of a longer word. */
const WORD = /(?:^|[_.-])(?:pass|pwd|auth|sig|signature|sid|otp|jwt|bearer)$/;
/** Headers that carry who somebody is; a plain `session` is an id that reports need. */
const HEADER = /^x-(?:.{0,40}-)?(?:session(?:-id)?|key|auth|signature)$/;
/** Besides, where a parameter of a URL or a form stands. */
const PARAMETER = /^(?:key|sig|code|se|sas)$/;
/** Besides, for a variable of an environment. */
const VARIABLE = /(?:^|_)(?:key|pat|sk|dsn|auth|cert|pem)$|secret|token|passw|credential/;
/** Public by its own meaning: RFC 6455 sends it in clear, and reports are about it. */
const PUBLIC = /^sec-websocket-|public[_-]?key$|(?:max|min|total|input|output|used|count|prompt|completion|cached|reasoning)[_-]?tokens$/;

/** Of JSON, headers, options and the like: `clientSecret`, `api_key`, `TW_TOKEN`, `pwd`, `X-Session`. */
export function isSecretName(name: string): boolean {
  const plain = plainName(name);
  return (ENDING.test(plain) || WORD.test(plain) || HEADER.test(plain)) && !PUBLIC.test(plain);
}

/** What stands behind such a name in a header is secret to the end of the line, spaces and all. */
export function isSecretHeader(name: string): boolean {
  return /^(?:(?:proxy-)?authorization|(?:set-)?cookie|x-.*|api-?key)$/i.test(name) && isSecretName(name);
}

/** Behind it and a colon, without quotes, a word of a sentence stands as well: `tokens: 5 of 9 used`, `auth: failed`. */
export function isOftenASentence(name: string): boolean {
  return /(?:s(?<!pass|credentials)|auth|sig|signature|nonce|otp|bearer)$/i.test(name);
}

/** A number behind it is a count. */
export function isOftenACount(name: string): boolean {
  return /(?:tokens|secrets|keys|cookies|nonces)$/i.test(name);
}

/** Of a URL's query or a form. */
export function isSecretParameter(name: string): boolean {
  return isSecretName(name) || PARAMETER.test(name.toLowerCase());
}

export function isSecretVariable(name: string): boolean {
  return !/^(?:OLD)?PWD$/.test(name) && (isSecretName(name) || VARIABLE.test(plainName(name)));
}

/** `clientSecret` -> `client_secret`: only what stands for itself is a short word. */
function plainName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toLowerCase();
}
