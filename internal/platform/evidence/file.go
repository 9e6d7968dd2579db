package evidence

import (
	"os"
	"path/filepath"
	"syscall"
)

// createFile makes a file that appears whole or not at all; fs.ErrExist if it
// is there already. It is on disk when createFile returns.
func createFile(name string, data []byte) error {
	return writeFile(name, data, os.Link)
}

// replaceFile is createFile over whatever was there.
func replaceFile(name string, data []byte) error {
	return writeFile(name, data, os.Rename)
}

func writeFile(name string, data []byte, place func(from, to string) error) error {
	f, err := os.CreateTemp(filepath.Dir(name), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // gone after a rename, a second name after a link
	_, err = f.Write(data)
	if err == nil {
		err = f.Sync()
	}
	if e := f.Close(); err == nil {
		err = e
	}
	if err == nil {
		err = place(f.Name(), name)
	}
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(name))
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}

// lockFile takes the lock of a name without waiting. It dies with the process.
func lockFile(name string) (f *os.File, taken bool, err error) {
	f, err = os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, false, err
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		f.Close()
		return nil, false, nil
	}
	return f, true, nil
}
