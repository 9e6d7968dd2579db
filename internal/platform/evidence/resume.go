package evidence

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"strings"

	"gongyi/internal/kernel/fault"
)

// Resume makes the log ready to be signed and returns its verifier string. tree
// is what the database holds now; expect is the verifier string that the
// database remembers, "" for a log that never signed. Call it when a process
// takes a log over, and again whenever the tree was read anew.
//
// Refused with ErrKeyMissing or ErrKeyDiffers if the key is not the log's, with
// ErrLogBehind or ErrLogForked if the tree does not contain what was signed;
// then the log signs nothing until NewGeneration.
func (a *Authority) Resume(ctx context.Context, o Origin, expect string, tree *Tree) (verifier string, err error) {
	defer fault.Wrap(&err, "evidence: resume %s", o)
	if parsed, err := ParseOrigin(o.String()); err != nil || parsed != o {
		return "", ErrOriginMalformed.With("origin", o)
	}
	l := a.log(o)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tree, l.refused = tree, nil
	if err := l.resume(ctx, expect); err != nil {
		l.tree, l.refused = nil, err
		return "", err
	}
	return l.key.verifier, nil
}

func (l *signedLog) resume(ctx context.Context, expect string) error {
	if err := l.hold(); err != nil {
		return err
	}
	next, err := l.keys.next(l.origin)
	if err != nil {
		return err
	}
	if next != (Origin{}) {
		return ErrGenerationEnded.With("origin", l.origin).With("next", next)
	}
	if l.key, err = l.keys.open(l.origin, expect); err != nil {
		return err
	}
	if l.mark, err = l.keys.mark(l.origin, l.key); err != nil {
		return err
	}
	if size := l.tree.Size(); size < l.mark.Size {
		return ErrLogBehind.With("origin", l.origin).With("size", size).With("signed", l.mark.Size)
	}
	root, err := l.tree.Root(ctx, l.mark.Size)
	if err != nil {
		return err
	}
	if root != l.mark.Root {
		return ErrLogForked.With("origin", l.origin).With("signed", l.mark.Size)
	}
	// What an outlet issued before the start is unknown but not above the mark.
	for i := range l.issued {
		if l.issued[i].Size < l.mark.Size {
			l.issued[i] = l.mark
		}
	}
	return nil
}

// hold takes the log's lock, so that two processes never sign it both.
func (l *signedLog) hold() error {
	if l.lock != nil {
		return nil
	}
	f, taken, err := lockFile(l.keys.path(l.origin, ".lock"))
	if err != nil {
		return err
	}
	if !taken {
		return ErrNotSigningHere.With("origin", l.origin)
	}
	l.lock = f
	return nil
}

// NewGeneration ends a log that can no longer be signed and begins its next
// generation, with a key of its own. What was signed stays signed and stays
// published; the new log begins again at entry 0 with what the database holds.
// Resume it with the origin and verifier string that are returned.
//
// A database that was restored to before an earlier new generation names an
// origin that has ended already: then every generation that signed ends, and the
// first one that did not is returned. So asking again, after a crash before the
// answer was noted, changes nothing.
func (a *Authority) NewGeneration(o Origin) (next Origin, verifier string, err error) {
	defer fault.Wrap(&err, "evidence: new generation of %s", o)
	ended := []Origin{o}
	for next = o.Next(); verifier == ""; {
		if verifier, err = a.keys.unused(next); err != nil {
			return Origin{}, "", err
		}
		if verifier == "" {
			ended = append(ended, next)
			next = next.Next()
		}
	}
	for _, o := range ended {
		if err := a.end(o, next); err != nil {
			return Origin{}, "", err
		}
	}
	return next, verifier, nil
}

// end notes on disk that a generation is over. The key of the one that follows
// is there already.
func (a *Authority) end(o, next Origin) error {
	l := a.log(o)
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.hold(); err != nil {
		return err
	}
	err := createFile(a.keys.path(o, ".next"), []byte(next.String()+"\n"))
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	l.tree, l.refused = nil, ErrGenerationEnded.With("next", next)
	return nil
}

// unused is the verifier string of a generation that has signed nothing, whose
// key is made if need be; "" if it has signed, or its files are damaged.
func (k *Keyring) unused(o Origin) (string, error) {
	if _, err := ParseOrigin(o.String()); err != nil {
		return "", err
	}
	made, err := k.open(o, "")
	if err == nil {
		var mark Checkpoint
		if mark, err = k.mark(o, made); err == nil && mark.Size == 0 {
			return made.verifier, nil
		}
	}
	if fault.Of(err) != nil {
		return "", nil
	}
	return "", err
}

// Release gives a log up, for another process to resume.
func (a *Authority) Release(o Origin) error {
	l := a.log(o)
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tree, l.refused, l.issued = nil, ErrNotSigningHere.With("origin", o), [outlets]Checkpoint{}
	if l.lock == nil {
		return nil
	}
	err := l.lock.Close()
	l.lock = nil
	return err
}

// Close releases every log.
func (a *Authority) Close() error {
	a.mu.Lock()
	origins := make([]Origin, 0, len(a.logs))
	for o := range a.logs {
		origins = append(origins, o)
	}
	a.mu.Unlock()
	var errs []error
	for _, o := range origins {
		errs = append(errs, a.Release(o))
	}
	return errors.Join(errs...)
}

// mark reads the log's mark, which the log's own key must have signed.
func (k *Keyring) mark(o Origin, by key) (Checkpoint, error) {
	signed, err := os.ReadFile(k.path(o, ".mark"))
	if errors.Is(err, fs.ErrNotExist) {
		return Checkpoint{}, ErrMarkDamaged.With("origin", o).With("why", "missing")
	}
	if err != nil {
		return Checkpoint{}, err
	}
	c, err := OpenCheckpoint(signed, by.verifier)
	if err != nil {
		return Checkpoint{}, errors.Join(ErrMarkDamaged.With("origin", o), err)
	}
	return c, nil
}

// next is the generation that followed the log's, zero if it has not ended.
func (k *Keyring) next(o Origin) (Origin, error) {
	b, err := os.ReadFile(k.path(o, ".next"))
	if errors.Is(err, fs.ErrNotExist) {
		return Origin{}, nil
	}
	if err != nil {
		return Origin{}, err
	}
	return ParseOrigin(strings.TrimSuffix(string(b), "\n"))
}
