package app

import "path/filepath"

// MapFile is where the base map lies: what `gongyi map import` writes and the
// server shows. It needs no database.
func (c *Config) MapFile() (string, error) {
	if c.Data == "" && c.DatabaseURL == "" && c.State == "" {
		return "", ErrNoData
	}
	state, err := c.stateDir()
	return filepath.Join(state, "map", "base.pmtiles"), err
}
