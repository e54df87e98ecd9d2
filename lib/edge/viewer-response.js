// CloudFront Functions, runtime 2.0, as viewer-request.js.

const REASONS = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  429: 'Too Many Requests',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
};

// CloudFront runs no function on an answer of 400 and above, and Lambda renames WWW-Authenticate. So
// the origin puts both into headers of its own on a 200, and here they become what they are. The
// body stays as it came: it is untouched as long as nothing is said about it.
// biome-ignore lint/correctness/noUnusedVariables: CloudFront calls it by this name.
function handler(event) {
  const response = event.response;
  const headers = response.headers;
  const status = headers['x-wharfage-status'];
  const challenge = headers['x-wharfage-challenge'];
  Object.keys(headers).forEach((name) => {
    if (name.indexOf('x-wharfage-') === 0) delete headers[name];
  });
  if (status === undefined) return response;
  const code = Number(status.value);
  // A refusal whose status cannot be read must not pass as a success.
  response.statusCode = code >= 400 && code <= 599 && code % 1 === 0 ? code : 502;
  response.statusDescription = REASONS[response.statusCode] || 'Error';
  if (challenge !== undefined) headers['www-authenticate'] = { value: challenge.value };
  return response;
}
