package notify

import (
	"context"
	"errors"
	"fmt"
	"net/http"

	webpush "github.com/SherClockHolmes/webpush-go"
)

// PushClient sends web push messages, signed with the house's keys (VAPID,
// RFC 8292) and encrypted for the browser (RFC 8291).
type PushClient struct {
	keys    VAPID
	subject string
	client  *http.Client
}

// NewPush makes the client. subject is how a push service reaches the operator: an
// https address or a mail address.
func NewPush(keys VAPID, subject string) *PushClient {
	return &PushClient{keys: keys, subject: subject, client: publicClient()}
}

// PublicKey implements WebPush.
func (p *PushClient) PublicKey() string { return p.keys.Public }

// maxPush leaves room for the encryption in a record of 4,096 bytes.
const maxPush = 3000

// SendPush implements WebPush. 404 and 410 mean that the browser has gone.
func (p *PushClient) SendPush(ctx context.Context, to Subscription, m Push) error {
	if len(m.Body) > maxPush {
		return fmt.Errorf("%w: a push of %d bytes", ErrPermanent, len(m.Body))
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	res, err := webpush.SendNotificationWithContext(ctx, m.Body, &webpush.Subscription{Endpoint: to.Endpoint, Keys: webpush.Keys{P256dh: to.P256dh, Auth: to.Auth}},
		&webpush.Options{
			HTTPClient: p.client, Subscriber: p.subject, Topic: m.Topic, TTL: int(m.TTL.Seconds()), Urgency: webpush.Urgency(m.Urgency),
			VAPIDPublicKey: p.keys.Public, VAPIDPrivateKey: p.keys.Private,
		})
	switch {
	case errors.Is(err, ErrInside):
		return fmt.Errorf("%w: %w", ErrGone, err)
	case err != nil && ctx.Err() == nil && !isNet(err):
		return fmt.Errorf("%w: push: %w", ErrPermanent, err) // keys that are none
	case err != nil:
		return fmt.Errorf("push: %w", err)
	case res.StatusCode == http.StatusNotFound || res.StatusCode == http.StatusGone:
		_ = res.Body.Close()
		return fmt.Errorf("%w: push: %s", ErrGone, res.Status)
	}
	return judge("push", res)
}
