// A program that runs as soon as it is imported.
console.log('usage: main <words>');
process.exit(0);
