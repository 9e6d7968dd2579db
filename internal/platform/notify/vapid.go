package notify

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/url"
	"os"
	"path/filepath"

	webpush "github.com/SherClockHolmes/webpush-go"
)

// VAPID are the keys with which push services know the house. They are made once:
// with others every browser would have to subscribe again.
type VAPID struct {
	Public  string `json:"public"`
	Private string `json:"private"`
}

// VAPIDFile is the name of the file in the keys folder.
const VAPIDFile = "push.json"

// OpenVAPID reads the keys of a folder, and makes them the first time. The file is
// for the owner's eyes only; one that others may read is refused.
func OpenVAPID(dir string) (keys VAPID, err error) {
	file := filepath.Join(dir, VAPIDFile)
	text, err := os.ReadFile(file)
	if errors.Is(err, fs.ErrNotExist) {
		return makeVAPID(dir, file)
	}
	if err != nil {
		return keys, err
	}
	if info, err := os.Stat(file); err != nil || info.Mode().Perm()&0o077 != 0 {
		return keys, errors.Join(fmt.Errorf("notify: %s may be read by others; chmod 600", file), err)
	}
	if err := json.Unmarshal(text, &keys); err != nil || keys.Public == "" || keys.Private == "" {
		return keys, errors.Join(fmt.Errorf("notify: %s holds no keys", file), err)
	}
	return keys, nil
}

// makeVAPID writes new keys beside and links them into place, so that of several
// processes that start at once all use the same.
func makeVAPID(dir, file string) (keys VAPID, err error) {
	if keys.Private, keys.Public, err = webpush.GenerateVAPIDKeys(); err != nil {
		return keys, err
	}
	text, err := json.Marshal(keys)
	if err != nil {
		return keys, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return keys, err
	}
	beside, err := os.CreateTemp(dir, VAPIDFile+".*") // 0600
	if err != nil {
		return keys, err
	}
	defer os.Remove(beside.Name())
	_, err = beside.Write(append(text, '\n'))
	if err = errors.Join(err, beside.Sync(), beside.Close()); err != nil {
		return keys, err
	}
	if err := os.Link(beside.Name(), file); errors.Is(err, fs.ErrExist) {
		return OpenVAPID(dir)
	} else if err != nil {
		return keys, err
	}
	return keys, nil
}

// isNet reports whether an error came from the way to a provider, not from us.
func isNet(err error) bool {
	var n net.Error
	var u *url.Error
	return errors.As(err, &n) || errors.As(err, &u)
}
