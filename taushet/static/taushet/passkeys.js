// allauth tells of a passkey that failed or was cancelled; say so on the page.
document.addEventListener("allauth.error", (event) => {
  event.preventDefault();
  const trouble = document.getElementById("passkey_trouble");
  trouble.hidden = false;
  trouble.scrollIntoView({ block: "nearest" });
});
