package evidence

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestNewLogGetsAKey(t *testing.T) {
	dir := t.TempDir()
	a := newAuthority(t, dir)
	verifier := resumed(t, a, treeOf(t, 3, nil))
	if !strings.HasPrefix(verifier, origin.String()+"+") {
		t.Errorf("verifier string %q does not begin with the origin", verifier)
	}
	if got, err := a.keys.Verifier(origin); err != nil || got != verifier {
		t.Errorf("Verifier = %q, %v; want %q", got, err, verifier)
	}
	filepath.WalkDir(dir, func(path string, d fs.DirEntry, _ error) error {
		if info, _ := d.Info(); d.Type().IsRegular() && info.Mode().Perm() != 0o600 {
			t.Errorf("%s has mode %v", path, info.Mode())
		}
		return nil
	})
	c, err := a.Receipt(t.Context(), origin, 2)
	if err != nil {
		t.Fatal(err)
	}
	got, err := OpenCheckpoint(c.Note, verifier)
	if err != nil || got.Size != 3 {
		t.Errorf("the receipt's checkpoint is of %d entries: %v", got.Size, err)
	}
	if n := strings.Count(strings.SplitAfter(string(c.Note), "\n\n")[0], "\n"); n != 4 {
		t.Errorf("the checkpoint's text has %d lines, want three and an empty one", n)
	}
}

func TestKeyRefusals(t *testing.T) {
	other, err := OpenKeyring(t.TempDir(), letters('x'))
	if err != nil {
		t.Fatal(err)
	}
	stranger, err := other.open(origin, "")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		spoil  func(k *Keyring)
		expect string // "" for the log's own
		want   error
	}{
		"all is well":        {func(k *Keyring) {}, "", nil},
		"the key is gone":    {func(k *Keyring) { os.Remove(k.path(origin, ".key")) }, "", ErrKeyMissing},
		"all files are gone": {func(k *Keyring) { os.RemoveAll(k.dir); os.Mkdir(k.dir, 0o700) }, "", ErrKeyMissing},
		"a different key":    {func(k *Keyring) {}, stranger.verifier, ErrKeyDiffers},
		"readable by others": {func(k *Keyring) { os.Chmod(k.path(origin, ".key"), 0o644) }, "", ErrKeyExposed},
		"not a key":          {func(k *Keyring) { os.WriteFile(k.path(origin, ".key"), []byte("?"), 0o600) }, "", ErrKeyDamaged},
		"the mark is gone":   {func(k *Keyring) { os.Remove(k.path(origin, ".mark")) }, "", ErrMarkDamaged},
		"the mark is forged": {func(k *Keyring) {
			low, _ := stranger.sign(Checkpoint{Origin: origin.String(), Root: emptyRoot})
			os.WriteFile(k.path(origin, ".mark"), low.Note, 0o600)
		}, "", ErrMarkDamaged},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAuthority(t, t.TempDir())
			tree := treeOf(t, 5, nil)
			verifier := resumed(t, a, tree)
			if _, err := a.Receipt(t.Context(), origin, 4); err != nil {
				t.Fatal(err)
			}
			c.spoil(a.keys)
			if c.expect != "" {
				verifier = c.expect
			}
			if _, err := a.Resume(t.Context(), origin, verifier, tree); !errors.Is(err, c.want) {
				t.Errorf("resumed with %v, want %v", err, c.want)
			}
			if _, err := a.Receipt(t.Context(), origin, 4); !errors.Is(err, c.want) {
				t.Errorf("then signed with %v, want %v", err, c.want)
			}
		})
	}
}

// A database that was lost and begun anew, beside a key directory that was not,
// must not get a second key; nor one that lost its key but kept its mark.
func TestLostDatabaseIsNoNewLog(t *testing.T) {
	a := newAuthority(t, t.TempDir())
	resumed(t, a, treeOf(t, 5, nil))
	if _, err := a.Receipt(t.Context(), origin, 4); err != nil {
		t.Fatal(err)
	}
	if _, err := a.Resume(t.Context(), origin, "", treeOf(t, 0, nil)); !errors.Is(err, ErrLogBehind) {
		t.Errorf("an empty database was taken up: %v", err)
	}
	os.Remove(a.keys.path(origin, ".key"))
	if _, err := a.Resume(t.Context(), origin, "", treeOf(t, 0, nil)); !errors.Is(err, ErrKeyMissing) {
		t.Errorf("a second key was made: %v", err)
	}
}

func TestOrigins(t *testing.T) {
	for _, o := range []Origin{origin, origin.Next(), origin.Next().Next()} {
		if got, err := ParseOrigin(o.String()); err != nil || got != o {
			t.Errorf("%s is read as %v: %v", o, got, err)
		}
	}
	hex := origin.Community.String()
	for _, s := range []string{"", "gongyi/a/" + hex + "/g1", "gongyi/a/" + hex + "/g02", "gongyi/a/" + hex + "/", "gongyi/A/" + hex,
		"gongyi/a_b/" + hex, "gongyi/../" + hex + "0", "gongyi/a/" + strings.ToUpper(hex[:2]) + "zz", "gongyi/a+b/" + hex} {
		if o, err := ParseOrigin(s); !errors.Is(err, ErrOriginMalformed) {
			t.Errorf("%q is read as %v: %v", s, o, err)
		}
	}
	bad := Origin{Installation: "a/b", Community: origin.Community, Generation: 1}
	if _, err := newAuthority(t, t.TempDir()).Resume(t.Context(), bad, "", treeOf(t, 0, nil)); !errors.Is(err, ErrOriginMalformed) {
		t.Errorf("resumed %s: %v", bad, err)
	}
}
