// Package notify carries words out of the house: by SMS, by a WeChat template
// message, by web push. Each way is a small interface with one client that speaks
// to a real provider; which one is a matter of configuration.
//
// A client tries once. Whether another try makes sense is what its error says:
// Gone and Permanent end the matter, everything else may be tried again.
package notify

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// Errors that trying again will not mend.
var (
	// ErrPermanent: the provider refuses this message for good.
	ErrPermanent = errors.New("refused for good")
	// ErrGone: nobody is there any more; the address should be forgotten.
	ErrGone = errors.New("nobody is there any more")
)

// Permanent reports whether trying again cannot help.
func Permanent(err error) bool { return errors.Is(err, ErrPermanent) || errors.Is(err, ErrGone) }

// Text is one SMS.
type Text struct {
	ID       string // the same for every try: the provider may drop a repetition
	To       string // "+8613800138000"
	Template string // name of the text registered with the provider; "" where none is asked
	Body     string
}

// SMS sends short messages.
type SMS interface {
	SendText(ctx context.Context, t Text) error
}

// Card is one WeChat message: the values of a template's fields.
type Card struct {
	ID       string
	To       string // the person's openid under the app
	Template string // id of the template at WeChat
	Page     string // where a tap leads, "" if nowhere
	Fields   map[string]string
}

// WeChat sends template messages of an official account, and subscribe messages of
// a mini program.
type WeChat interface {
	SendCard(ctx context.Context, c Card) error
}

// Subscription is where one browser takes push messages.
type Subscription struct {
	Endpoint string
	P256dh   string // the browser's public key, base64url
	Auth     string // and the secret it shares with us
}

// Urgency says how soon a phone should wake for a push (RFC 8030).
type Urgency string

// The urgencies in use.
const (
	LowUrgency    Urgency = "low"
	NormalUrgency Urgency = "normal"
	HighUrgency   Urgency = "high"
)

// Push is one web push message. The body is encrypted for the one browser.
type Push struct {
	Topic   string // replaces an undelivered push with the same topic
	Body    []byte // at most 3,000 bytes
	TTL     time.Duration
	Urgency Urgency
}

// WebPush sends push messages to browsers.
type WebPush interface {
	SendPush(ctx context.Context, to Subscription, p Push) error
	// PublicKey is what a browser must be told when it subscribes, base64url.
	PublicKey() string
}

// patience is how long a provider may take over one message.
const patience = 8 * time.Second

// judge turns a provider's status into an error of the right kind.
func judge(who string, res *http.Response) error {
	defer res.Body.Close()
	if res.StatusCode >= 200 && res.StatusCode < 300 {
		return nil
	}
	text, _ := io.ReadAll(io.LimitReader(res.Body, 300))
	err := fmt.Errorf("%s: %s: %s", who, res.Status, text)
	switch c := res.StatusCode; {
	case c == http.StatusRequestTimeout || c == http.StatusTooEarly || c == http.StatusTooManyRequests || c >= 500:
		return err
	}
	return fmt.Errorf("%w: %w", ErrPermanent, err)
}
