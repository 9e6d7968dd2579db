// Hands a payment to WeChat's own browser; what becomes of it the page learns from the
// house, never from here.
export function start(box) {
  const handed = JSON.parse(box.dataset.handed);
  const pay = () => window.WeixinJSBridge.invoke("getBrandWCPayRequest", handed, () => {});
  if (window.WeixinJSBridge) pay();
  else document.addEventListener("WeixinJSBridgeReady", pay, { once: true });
}
