package app

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"time"

	"gongyi/internal/platform/i18n"
	"gongyi/internal/platform/notify"
)

// textCodes sends sign-in codes as text messages.
type textCodes struct{ sms notify.SMS }

// codeTemplate is the name under which the text is registered with the provider; the
// code is the first number in the text.
const codeTemplate = "sign_in_code"

// codeTries is how often a message is handed over, the provider dropping a
// repetition by its id; between two tries the person waits before her page.
const codeTries = 3

// SendCode implements signin.Sender.
func (s textCodes) SendCode(ctx context.Context, phone, code, lang string) (err error) {
	if l, ok := i18n.Parse(lang); ok {
		ctx = i18n.With(ctx, l)
	}
	sum := sha256.Sum256([]byte(phone + code))
	text := notify.Text{ID: hex.EncodeToString(sum[:16]), To: phone, Template: codeTemplate, Body: i18n.T(ctx, "验证码 %s，5 分钟内有效。不要告诉别人，我们也不会来要。", code)}
	for i := range codeTries {
		if err = s.sms.SendText(ctx, text); err == nil || notify.Permanent(err) {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(time.Duration(i+1) * 200 * time.Millisecond):
		}
	}
	return err
}
