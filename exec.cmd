@rem npm scripts say "exec node ...", so that signals to npm reach Node. In a Unix shell that is built in; on Windows it is this.
@%*
