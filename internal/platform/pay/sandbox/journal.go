package sandbox

import (
	"bufio"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"
)

// journal is a file of what happened: a line an act, and the keys between them.
type journal struct{ file *os.File }

// entry is a line of the journal.
type entry struct {
	Keys *storedKeys `json:",omitempty"`
	Act  *act        `json:",omitempty"`
}

// storedKeys are credentials as they are written. They are worth nothing elsewhere.
type storedKeys struct {
	Seed      []byte
	Secret    string
	Merchant  []byte
	Platforms []storedPlatform
}

type storedPlatform struct {
	Serial      string
	Key, Cert   []byte
	From, Until time.Time
}

// open reads the journal, if there is one, and carries out again what it says.
func (s *Server) open() (err error) {
	if s.o.Journal != "" {
		if err := s.replay(); err != nil {
			return err
		}
		file, err := os.OpenFile(s.o.Journal, os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
		if err != nil {
			return err
		}
		s.journal = &journal{file}
	}
	if s.keys.seed != ([32]byte{}) {
		return nil
	}
	if _, err = io.ReadFull(s.o.Random, s.keys.seed[:]); err != nil {
		return err
	}
	return s.journal.keys(&s.keys)
}

func (s *Server) replay() error {
	file, err := os.Open(s.o.Journal)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	lines.Buffer(nil, 1<<20)
	for n := 1; lines.Scan(); n++ {
		var e entry
		if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
			return fmt.Errorf("%s, line %d: %w", s.o.Journal, n, err)
		}
		if e.Keys != nil {
			if s.keys, err = e.Keys.read(); err != nil {
				return fmt.Errorf("%s, line %d: %w", s.o.Journal, n, err)
			}
		}
		if e.Act != nil {
			if _, _, err := s.bank.perform(*e.Act); err != nil {
				return fmt.Errorf("%s, line %d: %w", s.o.Journal, n, err)
			}
		}
	}
	return lines.Err()
}

func (j *journal) line(e entry) error {
	if j == nil {
		return nil
	}
	b, err := json.Marshal(e)
	if err != nil {
		return err
	}
	_, err = j.file.Write(append(b, '\n'))
	return err
}

func (j *journal) write(a act) error { return j.line(entry{Act: &a}) }

func (j *journal) keys(c *credentials) error {
	if j == nil {
		return nil
	}
	stored, err := c.write()
	if err != nil {
		return err
	}
	return j.line(entry{Keys: stored})
}

func (j *journal) close() error {
	if j == nil {
		return nil
	}
	return j.file.Close()
}

func (c *credentials) write() (*storedKeys, error) {
	k := &storedKeys{Seed: c.seed[:], Secret: c.secret}
	if c.merchant == nil {
		return k, nil // nobody has needed them
	}
	var err error
	if k.Merchant, err = x509.MarshalPKCS8PrivateKey(c.merchant); err != nil {
		return nil, err
	}
	for _, p := range c.platforms {
		key, err := x509.MarshalPKCS8PrivateKey(p.key)
		if err != nil {
			return nil, err
		}
		k.Platforms = append(k.Platforms, storedPlatform{p.serial, key, p.cert, p.from, p.until})
	}
	return k, nil
}

func (k *storedKeys) read() (c credentials, err error) {
	c.secret = k.Secret
	copy(c.seed[:], k.Seed)
	if k.Merchant == nil {
		return c, nil
	}
	if c.merchant, err = privateKey(k.Merchant); err != nil {
		return c, err
	}
	for _, p := range k.Platforms {
		key, err := privateKey(p.Key)
		if err != nil {
			return c, err
		}
		c.platforms = append(c.platforms, platform{p.Serial, key, p.Cert, p.From, p.Until})
	}
	return c, nil
}

func privateKey(der []byte) (*rsa.PrivateKey, error) {
	key, err := x509.ParsePKCS8PrivateKey(der)
	if err != nil {
		return nil, err
	}
	if k, ok := key.(*rsa.PrivateKey); ok {
		return k, nil
	}
	return nil, errors.New("not a key of RSA")
}
