package wechatpay

import (
	"context"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"

	"gongyi/internal/platform/pay"
)

// Times of WeChat's certificates, which change without notice.
const (
	keysOld   = 12 * time.Hour // then they are fetched again when one is needed
	keysPause = time.Minute    // between two fetches, once there are some, whoever asks
)

// platformKey is a key of WeChat's.
type platformKey struct {
	serial      string
	key         *rsa.PublicKey
	from, until time.Time
}

// keyring holds the keys by which WeChat signs and for which names are encrypted.
type keyring struct {
	client *Client

	mu      sync.Mutex
	fetched time.Time // when a fetch was last tried
	good    time.Time // when one last succeeded
	bySer   map[string]platformKey
}

// get is the key of a serial number. One that is not known makes the certificates be
// fetched, though not more often than once a minute: anybody can send a serial number.
func (k *keyring) get(ctx context.Context, serial string) (*rsa.PublicKey, error) {
	s := &k.client.s
	if serial != "" && serial == s.PlatformID {
		return s.PlatformKey, nil
	}
	if strings.HasPrefix(serial, "PUB_KEY_ID_") {
		return nil, fmt.Errorf("%w: the public key %s is not ours to know", pay.ErrForged, serial)
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.client.clock.Now()
	found, ok := k.bySer[serial]
	if !ok || now.Sub(k.good) > keysOld {
		if err := k.refresh(ctx, now); err != nil && !ok {
			return nil, err
		}
		found, ok = k.bySer[serial]
	}
	if !ok || now.Before(found.from) || now.After(found.until) {
		return nil, fmt.Errorf("%w: no certificate %q is in force", pay.ErrForged, serial)
	}
	return found.key, nil
}

// latest is the key for which names are encrypted.
func (k *keyring) latest(ctx context.Context) (platformKey, error) {
	if s := &k.client.s; s.PlatformID != "" {
		return platformKey{serial: s.PlatformID, key: s.PlatformKey}, nil
	}
	k.mu.Lock()
	defer k.mu.Unlock()
	now := k.client.clock.Now()
	if now.Sub(k.good) > keysOld {
		if err := k.refresh(ctx, now); err != nil && len(k.bySer) == 0 {
			return platformKey{}, err
		}
	}
	var best platformKey
	for _, x := range k.bySer {
		if !now.Before(x.from) && !now.After(x.until) && (best.key == nil || x.from.After(best.from)) {
			best = x
		}
	}
	if best.key == nil {
		return best, errors.New("wechatpay: no certificate of WeChat is in force")
	}
	return best, nil
}

func (k *keyring) refresh(ctx context.Context, now time.Time) error {
	if len(k.bySer) > 0 && now.Sub(k.fetched) < keysPause && !now.Before(k.fetched) {
		return fmt.Errorf("%w: its certificate is not known, and was asked for a moment ago", pay.ErrForged)
	}
	k.fetched = now
	all, err := k.client.certificates(ctx)
	if err != nil {
		return err
	}
	k.bySer, k.good = all, now
	return nil
}

// certificates fetches WeChat's. Each is encrypted with the key that only WeChat and the
// merchant know; the answer is then checked with one of them.
func (c *Client) certificates(ctx context.Context) (map[string]platformKey, error) {
	got, err := c.exchange(ctx, request{method: http.MethodGet, path: "/v3/certificates"})
	if err != nil {
		return nil, err
	}
	if got.status != http.StatusOK {
		return nil, fmt.Errorf("%w: certificates: HTTP %d", pay.ErrUnknown, got.status)
	}
	var list struct {
		Data []struct {
			Serial string    `json:"serial_no"`
			From   time.Time `json:"effective_time"`
			Until  time.Time `json:"expire_time"`
			Sealed sealed    `json:"encrypt_certificate"`
		} `json:"data"`
	}
	if err := json.Unmarshal(got.body, &list); err != nil {
		return nil, fmt.Errorf("%w: certificates: %w", pay.ErrUnknown, err)
	}
	all := make(map[string]platformKey, len(list.Data))
	for _, x := range list.Data {
		text, err := c.open(x.Sealed)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", pay.ErrForged, err)
		}
		key, serial, err := certified(text)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", pay.ErrForged, err)
		}
		if !strings.EqualFold(serial, x.Serial) {
			return nil, fmt.Errorf("%w: the certificate %s is called %s", pay.ErrForged, serial, x.Serial)
		}
		all[x.Serial] = platformKey{x.Serial, key, x.From, x.Until}
	}
	by, ok := all[got.seal.serial]
	if !ok {
		return nil, fmt.Errorf("%w: the certificates are signed by none of them", pay.ErrForged)
	}
	return all, got.seal.check(by.key, got.body, c.clock.Now())
}

// certified is the key of a certificate, and its serial number as WeChat writes it.
func certified(text []byte) (*rsa.PublicKey, string, error) {
	block, _ := pem.Decode(text)
	if block == nil {
		return nil, "", errors.New("no PEM")
	}
	cert, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return nil, "", err
	}
	key, ok := cert.PublicKey.(*rsa.PublicKey)
	if !ok {
		return nil, "", errors.New("not a key of RSA")
	}
	return key, fmt.Sprintf("%X", cert.SerialNumber), nil
}
