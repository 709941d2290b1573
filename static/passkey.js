/* Passkeys. A form with data-passkey is shown where the browser knows passkeys; its button asks the device, and the
   answer is sent in the field "credential". Where it does not, a note with data-passkey-missing stays. */
(function () {
  "use strict";

  function bytes(text) {
    const plain = atob(text.replace(/-/g, "+").replace(/_/g, "/"));
    return Uint8Array.from(plain, (letter) => letter.charCodeAt(0));
  }

  function text(buffer) {
    const plain = String.fromCharCode(...new Uint8Array(buffer));
    return btoa(plain).replace(/\+/g, "-").replace(/\//g, "_").replace(/=+$/, "");
  }

  function withBytes(options) {
    options.challenge = bytes(options.challenge);
    if (options.user) options.user.id = bytes(options.user.id);
    for (const list of ["excludeCredentials", "allowCredentials"]) {
      for (const one of options[list] || []) one.id = bytes(one.id);
    }
    return options;
  }

  function answerOf(credential) {
    const response = {};
    for (const name of ["clientDataJSON", "attestationObject", "authenticatorData", "signature", "userHandle"]) {
      if (credential.response[name]) response[name] = text(credential.response[name]);
    }
    const results = credential.getClientExtensionResults();
    return JSON.stringify({
      id: credential.id, rawId: text(credential.rawId), type: credential.type, response: response,
      clientExtensionResults: results,
    });
  }

  if (!window.PublicKeyCredential || !navigator.credentials) return;
  for (const note of document.querySelectorAll("[data-passkey-missing]")) note.hidden = true;
  for (const form of document.querySelectorAll("form[data-passkey]")) {
    form.hidden = false;
    form.addEventListener("submit", async function (event) {
      event.preventDefault();
      const wrong = form.querySelector("[data-passkey-wrong]");
      wrong.hidden = true;
      try {
        const options = { publicKey: withBytes(JSON.parse(form.dataset.options).publicKey) };
        const asked = form.dataset.passkey === "create" ? "create" : "get";
        form.elements.credential.value = answerOf(await navigator.credentials[asked](options));
        form.submit();
      } catch (error) {
        wrong.hidden = false;
      }
    });
  }
})();
